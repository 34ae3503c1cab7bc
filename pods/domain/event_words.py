"""What an event says to a person, and whether it is good, bad or only news."""

from collections.abc import Callable, Mapping

from pods.domain.cgroup_tree import NO_LIMIT
from pods.messages.events import Kind

Details = Mapping[str, object]
_ENGINE = {
    "create": "made",
    "start": "started",
    "restart": "started again",
    "stop": "stopped",
    "died": "ended",
    "kill": "got a signal",
    "pause": "paused",
    "unpause": "went on",
    "remove": "removed",
    "rename": "renamed",
    "oom": "ran out of memory",
}
_LIMITS = {
    "container": "its memory limit was reached",
    "pod": "the pod's memory limit was reached",
    "parent": "the memory limit of a cgroup above was reached",
    "host": "the machine was out of memory",
}


def words(kind: Kind, details: Details) -> tuple[str, str]:
    """Return what happened, and its tone: info, good or bad."""
    return _WORDS[kind](details)


def _engine(details: Details) -> tuple[str, str]:
    action = str(details.get("action", ""))
    text = _ENGINE.get(action, action)
    code = details.get("exit_code")
    if action == "died" and code is not None:
        return f"{text} with exit code {code}", "bad" if code else "info"
    return text, "bad" if action == "oom" else "info"


def _oom(details: Details) -> tuple[str, str]:
    if "process" not in details:
        return f"out of memory: the kernel killed {_count(details, 'process', 'processes')}", "bad"
    why = _LIMITS.get(str(details.get("limit")), "")
    return f"out of memory: the kernel killed {details['process']} (process {details.get('pid')}); {why}", "bad"


def _memory_limit(details: Details) -> tuple[str, str]:
    return f"ran into its memory limit {_count(details, 'time', 'times')}", "bad"


def _throttled(details: Details) -> tuple[str, str]:
    return f"throttled: held back in {details.get('share')} % of the periods of its CPU limit", "bad"


def _unthrottled(details: Details) -> tuple[str, str]:
    return f"no longer throttled, after {details.get('seconds')} s", "good"


def _limits(details: Details) -> tuple[str, str]:
    return f"limits changed: {'; '.join(_change(name, pair) for name, pair in details.items())}", "info"


def _health(details: Details) -> tuple[str, str]:
    status = str(details.get("status"))
    return f"health: {status}", {"healthy": "good", "unhealthy": "bad"}.get(status, "info")


def _left_out(details: Details) -> tuple[str, str]:
    return f"{details.get('count')} more things happened in this minute and are not kept", "bad"


_WORDS: dict[Kind, Callable[[Details], tuple[str, str]]] = {
    Kind.ENGINE: _engine,
    Kind.OOM: _oom,
    Kind.MEMORY_LIMIT: _memory_limit,
    Kind.THROTTLED: _throttled,
    Kind.UNTHROTTLED: _unthrottled,
    Kind.LIMITS: _limits,
    Kind.HEALTH: _health,
    Kind.LEFT_OUT: _left_out,
}


def _count(details: Details, one: str, several: str) -> str:
    count = details.get("count")
    return f"1 {one}" if count == 1 else f"{count} {several}"


# What a limit is called, and how its values read; -1 is no limit.
_NAMES = {"cpu": "CPU", "pids": "processes", "cpuset": "processors", "cpu_weight": "share of CPU"}


def _change(name: str, pair: object) -> str:
    before, after = pair if isinstance(pair, list) and len(pair) == 2 else ("?", "?")
    return f"{_NAMES.get(name, name)} {_limit(name, before)} → {_limit(name, after)}"


def _limit(name: str, value: object) -> str:
    if value == NO_LIMIT:
        return "no limit"
    if name == "memory":
        return amount(value)
    if name == "cpu" and isinstance(value, int | float):
        return f"{value:g} processor{'' if value == 1 else 's'}"
    return "all" if value == "" else str(value)


def amount(value: object) -> str:
    """Return bytes as people read them."""
    if not isinstance(value, int):
        return str(value)
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if value >= size:
            return f"{value / size:.1f} {unit}"
    return str(value)
