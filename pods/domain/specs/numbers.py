"""Numbers of a spec: sizes, processors, lists of processors, times. Every function raises Fault."""

import re
from decimal import Decimal, InvalidOperation

from pods.domain.specs.reading import LARGEST, Fault, shown, whole

SIZE = re.compile(r"([0-9]{1,19}(?:\.[0-9]{1,9})?) ?([kmgtp]?)(?:i?b)?", re.IGNORECASE | re.ASCII)
ID_LIST = re.compile(r"[0-9]{1,5}(-[0-9]{1,5})?(,[0-9]{1,5}(-[0-9]{1,5})?)*")
SECONDS = re.compile(r"(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?")
SHIFT = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40, "p": 50}
PERIOD = 100_000  # µs; what Podman itself makes of --cpus
LONGEST_TIME = 10**7  # seconds


def size(value: object, *, low: int = 1) -> int:
    """Return bytes of a number, or of a text such as 64m, 1.5g, 512KiB (all powers of 1024, as Podman has it)."""
    if isinstance(value, str):
        found = SIZE.fullmatch(value.strip())
        if found is None:
            raise Fault(f"{shown(value)} is no size.", "A number of bytes, or with a unit: 64m, 1.5g.")
        value = int(Decimal(found[1]) * (1 << SHIFT[found[2].lower()]))
        if value > LARGEST:
            raise Fault("This is larger than any size.", code="out_of_range")
    return whole(value, low, LARGEST)


def size_or_unlimited(value: object) -> int:
    """Return bytes, or -1 for unlimited."""
    return -1 if value in (-1, "-1") and not isinstance(value, bool) else size(value)


def cpus(value: object) -> tuple[int, int]:
    """Return (period, quota) in µs of a number of processors such as 1.5."""
    text = "" if isinstance(value, bool) or not isinstance(value, str | int | float) else str(value).strip()[:40]
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Fault("This is no number of processors.", "For example 1.5.") from None
    if not number.is_finite() or not Decimal("0.01") <= number <= 8192:
        raise Fault("This must be from 0.01 to 8192 processors.", code="out_of_range")
    return PERIOD, int(number * PERIOD)


def id_list(text: str) -> str:
    """Return a list of processors or memory nodes in its shortest form, as 0-3,8."""
    found = text.replace(" ", "")
    if not ID_LIST.fullmatch(found):
        raise Fault(f"{shown(text)} is no list of numbers.", "For example 0-3,8.")
    if any(int(first) > int(last or first) for first, _, last in (one.partition("-") for one in found.split(","))):
        raise Fault(f"{shown(text)} has a range that goes down.", "For example 0-3,8.")
    return shortest(members(found))


def members(text: str) -> set[int]:
    """Return the numbers in a list as 0-3,8; the text is known to be one."""
    parts = [one.partition("-") for one in text.split(",") if one]
    return {number for first, _, last in parts for number in range(int(first), int(last or first) + 1)}


def shortest(numbers: set[int]) -> str:
    """Return numbers as a list such as 0-3,8."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def seconds(value: object, *, low: int) -> int:
    """Return seconds of a number, or of a text such as 30s, 1m30s."""
    if isinstance(value, str) and not value.strip().isdigit():
        found = SECONDS.fullmatch(value.strip())
        if found is None or not value.strip():
            raise Fault(f"{shown(value)} is no time.", "Seconds, or as 30s, 1m30s.")
        hours, minutes, rest = (int(part or 0) for part in found.groups())
        value = hours * 3600 + minutes * 60 + rest
    return whole(value, low, LONGEST_TIME)
