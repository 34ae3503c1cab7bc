"""The tests of everything that has rows, once more on PostgreSQL: locks and JSON differ from SQLite's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services.postgres import create_database

REPOSITORY = Path(__file__).resolve().parents[2]
AGAIN = [
    "tests/web/api",
    "tests/domain",
    "tests/control tests/dispatch tests/admin tests/web/test_history_api.py tests/web/test_pages.py",
]


@pytest.mark.services
@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", AGAIN)
def test_on_postgresql(postgres_url: str, part: str) -> None:
    own = Path(__file__).relative_to(REPOSITORY)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"--ignore={own}", *part.split()],
        cwd=REPOSITORY,
        env=os.environ | {"TEST_DATABASE_URL": create_database(postgres_url, f"again{AGAIN.index(part)}")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "passed" in done.stdout
    assert "skipped" not in done.stdout
