"""Network cables between the boxes and the outside, numbered; test runs beside each other share the numbers."""

import subprocess

HIGHEST = 249


def ends(number: int) -> tuple[str, str]:
    """Return the names of a cable's two ends: outside, and inside the box."""
    return f"pwo{number}", f"pwi{number}"


def lay(pid: int) -> int:
    """Lay a cable to the network of process ``pid`` and return its number, which nobody else has.

    Looking for a free one and taking it are two steps, so another run may be faster: then the next one is tried.
    """
    said = "every number is taken"
    for number in free_numbers():
        outer, inner = ends(number)
        add = ["ip", "link", "add", outer, "type", "veth", "peer", "name", inner, "netns", str(pid)]
        done = subprocess.run(add, capture_output=True, text=True, timeout=10, check=False)
        if done.returncode == 0:
            return number
        said = done.stderr.strip()
        if "exists" not in said:
            break
    raise AssertionError(f"no cable for the box: {said}")


def free_numbers() -> list[int]:
    """Return the numbers whose cable no box had just now."""
    links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True, timeout=10).stdout
    taken = {line.split(": ")[1].partition("@")[0] for line in links.splitlines()}
    return [number for number in range(1, HIGHEST + 1) if ends(number)[0] not in taken]
