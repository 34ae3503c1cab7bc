"""Fixtures that tests share: hosts in a box, services, people."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command

from pods.models import Host
from tests.hosts import Box, Missing, make_host
from tests.services import postgres, redis

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def engine_host() -> Iterator[Box]:
    """A host in a box with a running engine, one for the whole run. Skips, saying why, where none can be had."""
    try:
        with make_host("alpha") as box:
            yield box
    except Missing as reason:
        pytest.skip(str(reason))


@pytest.fixture
def clean_engine(engine_host: Box) -> Iterator[Box]:
    """``engine_host`` without pods, and without them again afterwards."""
    engine_host.remove_all_pods()
    yield engine_host
    engine_host.remove_all_pods()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A running PostgreSQL, as ``postgres://user@host:port/``."""
    if reason := postgres.why_not():
        pytest.skip(reason)
    with postgres.running_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A running Redis."""
    if reason := redis.why_not():
        pytest.skip(reason)
    with redis.running_redis() as url:
        yield url


def has_rows(item: pytest.Item) -> bool:
    """Return whether a test uses the database."""
    asked = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process of a run is left alone with it at the end.

    On another database than the usual only what has rows is run, since that run is one more.
    """
    if "TEST_DATABASE_URL" in os.environ:
        config.hook.pytest_deselected(items=[item for item in items if not has_rows(item)])
        items[:] = [item for item in items if has_rows(item)]
    first = ("control/test_postgres", "e2e/", "browser/")

    def rank(item: pytest.Item) -> int:
        path = item.path.relative_to(HERE).as_posix()
        return next((number for number, start in enumerate(first) if path.startswith(start)), len(first))

    items.sort(key=rank)


def role(name: str) -> Group:
    """Return the group of a role, which a migration made and the end of a transactional test empties away."""
    group, _ = Group.objects.get_or_create(name=name)
    return group


@pytest.fixture
def alice(db: None) -> User:
    """An administrator."""
    user = User.objects.create_user("alice", password="alice's password", is_staff=True)
    user.groups.add(role("administrator"))
    return user


@pytest.fixture
def victor(db: None) -> User:
    """A viewer, who may enter the admin site too."""
    user = User.objects.create_user("victor", password="victor's password", is_staff=True)
    user.groups.add(role("viewer"))
    return user


@pytest.fixture
def mallory(db: None) -> User:
    """Somebody who can sign in and has no role."""
    return User.objects.create_user("mallory", password="mallory's password", is_staff=True)


@pytest.fixture
def host(db: None) -> Host:
    """A registered host that nothing was heard of yet."""
    return Host.objects.create(slug="alpha", name="Alpha")


def pytest_sessionstart() -> None:
    """Collect the static files, before any test module imports the application, which lists them then."""
    call_command("collectstatic", verbosity=0, interactive=False)
