"""Limits of a cgroup, limits of single devices, and health checks."""

from pods.domain.specs import numbers, values
from pods.domain.specs.reading import Fault, Reader, item, shown, whole
from pods.messages.specs import DeviceRate, DeviceWeight, HealthCheck, Resources


def device_rate(raw: object) -> DeviceRate:
    """Return DEVICE:RATE in bytes per second, as /dev/sda:1mb."""
    path, rate = _of_device(raw, "rate")
    return DeviceRate(path=path, rate=numbers.size(rate))


def device_count(raw: object) -> DeviceRate:
    """Return DEVICE:RATE in operations per second."""
    path, rate = _of_device(raw, "rate")
    return DeviceRate(path=path, rate=whole(rate, 1, 2**32 - 1))


def device_weight(raw: object) -> DeviceWeight:
    """Return DEVICE:WEIGHT."""
    path, weight = _of_device(raw, "weight")
    return DeviceWeight(path=path, weight=whole(weight, 10, 1000))


def _of_device(raw: object, name: str) -> tuple[str, object]:
    def text(one: str) -> tuple[str, object]:
        path, colon, value = one.rpartition(":")
        if not colon:
            raise Fault(f"{shown(one)} is not DEVICE:{name.upper()}.", "For example /dev/sda:1mb.")
        return path, value

    path, value = item(raw, text, lambda reader: (reader.text("path"), reader.get(name)))
    if not values.path(path).startswith("/dev/"):
        raise Fault("Devices are below /dev.")
    return path, value


def resources(reader: Reader) -> Resources:
    """Return the limits in an object; ``cpus`` is another way to give period and quota."""
    asked = reader.value("cpus", numbers.cpus, None)
    period, quota = reader.number("cpu_period", 1000, 1_000_000), reader.value("cpu_quota", _quota, None)
    if asked is not None and (period is not None or quota is not None):
        reader.add(reader.at("cpus"), Fault("cpus is period and quota in one; give one or the other.", code="conflict"))
    elif asked is not None:
        period, quota = asked
    made = Resources(
        cpu_period=period,
        cpu_quota=quota,
        cpu_shares=reader.number("cpu_shares", 2, 262_144),
        cpuset_cpus=reader.text("cpuset_cpus", numbers.id_list),
        cpuset_mems=reader.text("cpuset_mems", numbers.id_list),
        memory=reader.value("memory", numbers.size, None),
        memory_swap=reader.value("memory_swap", numbers.size_or_unlimited, None),
        memory_reservation=reader.value("memory_reservation", numbers.size, None),
        blkio_weight=reader.number("blkio_weight", 10, 1000),
        blkio_weight_devices=reader.items("blkio_weight_devices", device_weight),
        device_read_bps=reader.items("device_read_bps", device_rate),
        device_write_bps=reader.items("device_write_bps", device_rate),
        device_read_iops=reader.items("device_read_iops", device_count),
        device_write_iops=reader.items("device_write_iops", device_count),
        pids_limit=reader.value("pids_limit", _count_or_unlimited, None),
    )
    reader.done()
    return made


def _quota(value: object) -> int:
    return -1 if value in (-1, "-1") and not isinstance(value, bool) else whole(value, 1000)


def _count_or_unlimited(value: object) -> int:
    return -1 if value in (-1, "-1") and not isinstance(value, bool) else whole(value, 1, 2**31 - 1)


def health(raw: object) -> HealthCheck:
    """Return a health check; a text is a command that a shell runs."""
    return item(raw, lambda text: HealthCheck(command=(text,)), _health_fields)


def _health_fields(reader: Reader) -> HealthCheck:
    def command(value: object) -> tuple[str, ...]:
        return (value,) if isinstance(value, str) else values.command(value)

    made = HealthCheck(
        command=reader.value("command", command, ()),
        interval=reader.value("interval", lambda value: numbers.seconds(value, low=1), 30),
        timeout=reader.value("timeout", lambda value: numbers.seconds(value, low=1), 30),
        start_period=reader.value("start_period", lambda value: numbers.seconds(value, low=0), 0),
        retries=reader.number("retries", 1, 10_000) or 3,
        on_failure=reader.choice("on_failure", ("none", "kill", "restart", "stop")),
    )
    if not any(made.command) and not reader.problems:
        reader.add("command", Fault("This is needed.", code="required"))
    return made
