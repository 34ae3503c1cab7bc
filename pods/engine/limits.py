"""Resource limits as an engine takes them: the OCI runtime specification's ``LinuxResources``."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pods.engine.errors import UnsupportedError
from pods.messages.specs import DeviceRate, Resources

UNLIMITED = -1
_RATES = (
    ("device_read_bps", "throttleReadBpsDevice"),
    ("device_write_bps", "throttleWriteBpsDevice"),
    ("device_read_iops", "throttleReadIOPSDevice"),
    ("device_write_iops", "throttleWriteIOPSDevice"),
)


def linux_resources(asked: Resources) -> dict[str, Any]:
    """Return ``LinuxResources`` with what is asked for; {} for nothing. Raises UnsupportedError for a bad device.

    A memory limit without one for swap gets twice its size for both, as ``podman --memory`` does: the container
    endpoint adds that itself, the pod endpoint does not.
    """
    swap = asked.memory_swap
    if swap is None and asked.memory is not None:
        swap = asked.memory * 2
    memory = _given(limit=asked.memory, swap=swap, reservation=asked.memory_reservation)
    cpu = _given(
        period=asked.cpu_period,
        # -1 is the kernel's default, and engines refuse it as too small.
        quota=None if asked.cpu_quota == UNLIMITED else asked.cpu_quota,
        shares=asked.cpu_shares,
        cpus=asked.cpuset_cpus or None,
        mems=asked.cpuset_mems or None,
    )
    block = _given(weight=asked.blkio_weight)
    if asked.blkio_weight_devices:
        block["weightDevice"] = [numbers(one.path) | {"weight": one.weight} for one in asked.blkio_weight_devices]
    for field, key in _RATES:
        rates: Iterable[DeviceRate] = getattr(asked, field)
        if rates:
            block[key] = [numbers(one.path) | {"rate": one.rate} for one in rates]
    pids = {} if asked.pids_limit is None else {"limit": asked.pids_limit}
    return {key: part for key, part in (("memory", memory), ("cpu", cpu), ("blockIO", block), ("pids", pids)) if part}


def _given(**values: object) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def numbers(path: str) -> dict[str, int]:
    """Return the device's ``major`` and ``minor``, which engines up to 5.8 do not look up for most limits of a pod."""
    try:
        found = Path(path).stat()
    except OSError as error:
        raise UnsupportedError(f"There is no device {path} on the host: {error.strerror}.") from error
    if not stat.S_ISBLK(found.st_mode):
        raise UnsupportedError(f"{path} is not a block device.")
    return {"major": os.major(found.st_rdev), "minor": os.minor(found.st_rdev)}
