"""The rules that every door asks. Without a rule the answer is no."""

import pytest
from django.contrib.auth.models import AnonymousUser, User

from pods.domain import access
from pods.domain.errors import Denied
from pods.models import Host
from tests.builders import bring_online, members, pod


@pytest.fixture(autouse=True)
def web(host: Host) -> None:
    bring_online("alpha", pod("web"), containers=members("web"))


def test_an_administrator_sees_and_acts(alice: User, host: Host) -> None:
    assert access.role_of(alice) is access.Role.ADMINISTRATOR
    assert access.visible_pods(alice).count() == access.visible_hosts(alice).count() == 1
    assert access.visible_containers(alice).count() == 1
    assert access.may_operate(alice, host)


def test_a_viewer_sees_and_does_not_act(victor: User, host: Host) -> None:
    assert access.role_of(victor) is access.Role.VIEWER
    assert access.visible_pods(victor).count() == 1
    assert not access.may_operate(victor, host)
    with pytest.raises(Denied):
        access.require_operate(victor, host)


def test_without_a_role_nothing_exists(mallory: User, host: Host) -> None:
    for user in (mallory, AnonymousUser()):
        assert access.role_of(user) is None
        assert not access.visible_hosts(user).exists()
        assert not access.visible_pods(user).exists()
        assert not access.visible_containers(user).exists()
        assert not access.visible_operations(user).exists()
        assert not access.may_operate(user, host)


def test_a_superuser_is_an_administrator(db: None) -> None:
    assert access.role_of(User.objects.create_superuser("root")) is access.Role.ADMINISTRATOR


def test_one_who_was_switched_off_has_no_role(alice: User) -> None:
    alice.is_active = False
    assert access.role_of(alice) is None
