"""What a point of history is, how points are packed, and the arithmetic of coarser ones. Nothing here knows of rows.

A point is a row of COLUMNS 32-bit floats: how many samples stand behind it, then each metric's average and maximum in
the order of METRICS. NaN is unknown; a point with no samples is a gap, and NaN throughout. A block is POINTS of them on
a fixed grid, column by column.
"""

import math
import struct
import sys
import zlib
from array import array
from collections.abc import Iterable, Sequence

from pods.messages.samples import METRICS, Point

POINTS = 360  # of a block, at every resolution
COLUMNS = 1 + 2 * len(METRICS)
RESOLUTIONS = (10, 60, 600)  # seconds; each a multiple of the one before
UNITS = dict.fromkeys(METRICS, "percent") | {
    "memory": "bytes",
    "pids": "processes",
    **dict.fromkeys(("received", "sent", "read", "write"), "bytes/s"),
}
_POINT = struct.Struct(f"<{COLUMNS}f")
_BITS = struct.Struct(f"<{COLUMNS}I")
_GAP = array("f", [math.nan]) * POINTS
_LARGEST = 3.0e38
_VERSION = 1
Columns = list["array[float]"]


def span(resolution: int) -> int:
    """Return the seconds that a block covers."""
    return resolution * POINTS


def column(metric: str) -> int:
    """Return where a metric's averages stand, and behind them its maxima. Raises ValueError for an unknown one."""
    return 1 + 2 * METRICS.index(metric)


def rounded(values: Sequence[float]) -> Sequence[float]:
    """Return COLUMNS numbers with 11 significant bits each (off by at most 0.05 %), which half of the space holds.

    Rounding keeps the order: the greatest of rounded numbers is the rounded greatest. What is rounded stays as it is.
    """
    bits = _BITS.unpack(_POINT.pack(*values))
    return _POINT.unpack(_BITS.pack(*[(one + 0x1000) & 0xFFFFE000 for one in bits]))


def pack(point: Point) -> bytes:
    """Return a point as one row of bytes."""
    values = [float(min(point.ticks, 10_000))]
    for average, top in zip(point.averages, point.maxima, strict=True):
        values += [_float(average), _float(top)]
    values += [math.nan] * (COLUMNS - len(values))  # a host worker that knows fewer metrics
    return _POINT.pack(*rounded(values[:COLUMNS]))


def _float(value: float | None) -> float:
    return math.nan if value is None else max(-_LARGEST, min(_LARGEST, value))


def unpack(packed: bytes | memoryview) -> Sequence[float]:
    """Return the COLUMNS numbers of a packed point."""
    return _POINT.unpack(packed)


def empty() -> Columns:
    """Return a block of gaps."""
    return [_GAP[:] for _ in range(COLUMNS)]


def put(columns: Columns, start: int, resolution: int, at: int, values: Sequence[float]) -> None:
    """Put a point that begins at ``at`` into the block that begins at ``start``."""
    place = (at - start) // resolution
    for one, value in zip(columns, values, strict=True):
        one[place] = value


def encode(columns: Columns) -> bytes:
    """Return a block as bytes: all first bytes of its numbers, then all second ones, ..., deflated."""
    raw = b"".join([_little(one).tobytes() for one in columns])
    shuffled = b"".join([raw[part::4] for part in range(4)])
    return bytes([_VERSION, len(columns)]) + zlib.compress(shuffled, 6)


def decode(data: bytes | memoryview) -> Columns:
    """Return a block's columns; metrics that were not known when it was written are unknown. Raises ValueError."""
    data = bytes(data)
    if data[:1] != bytes([_VERSION]):
        raise ValueError("a block of another version")
    shuffled = zlib.decompress(data[2:])
    raw = bytearray(len(shuffled))
    size = len(shuffled) // 4
    for part in range(4):
        raw[part::4] = shuffled[part * size : (part + 1) * size]
    columns = []
    for place in range(data[1]):
        one = array("f")
        one.frombytes(raw[place * POINTS * 4 : (place + 1) * POINTS * 4])
        columns.append(_little(one))
    return columns + [_GAP[:] for _ in range(COLUMNS - len(columns))]


def _little(one: "array[float]") -> "array[float]":
    if sys.byteorder == "big":
        one = one[:]
        one.byteswap()
    return one


def join(points: Iterable[Sequence[float]]) -> Sequence[float] | None:
    """Return one point of several: averages weighted by the samples behind them, maxima kept; None for gaps alone."""
    found = [point for point in points if point[0] > 0]
    if not found:
        return None
    joined = [sum(point[0] for point in found)]
    for place in range(1, COLUMNS, 2):
        known = [point for point in found if not math.isnan(point[place])]
        weight = sum(point[0] for point in known)
        joined.append(sum(point[0] * point[place] for point in known) / weight if known else math.nan)
        joined.append(max((point[place + 1] for point in known), default=math.nan))
    return rounded(joined)


def coarser(target: Columns, start: int, resolution: int, source: Columns, source_start: int, fine: int) -> None:
    """Put a finer block's points, joined, into the block ``target``; what the finer one has not is left as it is."""
    rows = list(zip(*source, strict=True))
    factor = resolution // fine
    for first in range(0, POINTS, factor):
        at = source_start + first * fine
        if start <= at < start + span(resolution):
            joined = join(rows[first : first + factor])
            if joined is not None:
                put(target, start, resolution, at, joined)
