"""Boxes of test runs that start at the same moment."""

import subprocess
import threading

import pytest

from tests.hosts import cables, why_not

pytestmark = pytest.mark.engine


@pytest.mark.skipif(why_not() is not None, reason=str(why_not()))
def test_two_that_look_at_the_same_moment_get_cables_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = cables.free_numbers()
    monkeypatch.setattr(cables, "free_numbers", lambda: seen)
    with subprocess.Popen(["unshare", "--net", "sleep", "60"]) as elsewhere:
        try:
            laid: list[int] = []
            threads = [threading.Thread(target=lambda: laid.append(cables.lay(elsewhere.pid))) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(set(laid)) == 4
        finally:
            for number in laid:
                subprocess.run(["ip", "link", "del", cables.ends(number)[0]], check=False)
            elsewhere.kill()


@pytest.mark.skipif(why_not() is not None, reason=str(why_not()))
def test_a_cable_to_nowhere_says_why() -> None:
    with pytest.raises(AssertionError, match="no cable for the box: "):
        cables.lay(2**22 - 1)
