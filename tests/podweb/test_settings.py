"""Settings: a wrong value stops start-up with a sentence; a host worker has no database; the docs name them all."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def python(code: str, data: Path, **values: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PODWEB_", "DJANGO_"))}
    environment = {**kept, "PODWEB_DATA": str(data), "DJANGO_SETTINGS_MODULE": "podweb.settings", **values}
    arguments = [sys.executable, "-c", code]
    return subprocess.run(arguments, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PODWEB_DATABASE_URL", "mysql://x", "must begin with sqlite:// or postgres://"),
        ("PODWEB_CHANNEL_LAYER_URL", "amqp://x", "must begin with memory:// or redis://"),
        ("PODWEB_SECURE", "maybe", "must be yes or no"),
        ("PODWEB_HISTORY_KEEP", "7d,24h,90d", "growing durations"),
        ("PODWEB_HISTORY_KEEP", "24h,7d", "growing durations"),
        ("PODWEB_SECRET_KEY", "short", "at least 50 characters"),
        ("PODWEB_SECRET_KEY_FILE", "/nowhere", "cannot read /nowhere"),
    ],
)
def test_a_wrong_value_stops_the_start_with_a_sentence(tmp_path: Path, name: str, value: str, words: str) -> None:
    done = python("import django; django.setup()", tmp_path, **{name: value})
    assert done.returncode != 0
    assert words in done.stderr.splitlines()[-1]


def test_a_postgres_url_is_taken_apart(tmp_path: Path) -> None:
    wanted = ("USER", "PASSWORD", "HOST", "NAME")
    code = f"from podweb.settings import DATABASES as d; print(*map(d['default'].get, {wanted}))"
    url = "postgres://pod%40web:s%2Fecret@db:5433/podweb"
    assert python(code, tmp_path, PODWEB_DATABASE_URL=url).stdout.split() == ["pod@web", "s/ecret", "db", "podweb"]


def test_the_secret_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    code = "from podweb.settings import SECRET_KEY; print(SECRET_KEY)"
    assert python(code, tmp_path).stdout == python(code, tmp_path).stdout != ""
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_host_worker_has_no_database_and_loads_nothing_of_it(tmp_path: Path) -> None:
    code = (
        "import django, sys; django.setup(); import podweb.celery as c; c.app.loader.import_default_modules();"
        "import pods.host.tasks; from django.db import connection;"
        "print([m for m in sys.modules if m.startswith(('pods.models', 'pods.control', 'pods.web', 'pods.domain'))]);"
        "connection.cursor()"
    )
    done = python(code, tmp_path, DJANGO_SETTINGS_MODULE="podweb.settings_host")
    assert done.stdout.strip() == "[]"
    assert "ImproperlyConfigured" in done.stderr


def test_the_docs_name_every_setting() -> None:
    named = set(re.findall(r"`(PODWEB_[A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text()))
    used = {
        name for path in (ROOT / "podweb").glob("*.py") for name in re.findall(r'"(PODWEB_[A-Z_]+)"', path.read_text())
    }
    assert named == used
