"""How containers ended, in words."""

from collections.abc import Iterable
from datetime import timedelta

from pods.domain.event_words import words
from pods.domain.findings import ENDED
from pods.messages.events import Kind
from pods.models import Container, Event, Operation

SIGNALS = {1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
           11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM"}  # fmt: skip
# What shells and runtimes mean by them.
MEANT = {
    125: "Podman itself could not run it.",
    126: "Its command may not be executed.",
    127: "Its command was not found.",
    137: "SIGKILL ended it: from the kernel for want of memory, from a stop that it did not heed, or from somebody.",
    139: "It touched memory that is not its own (SIGSEGV).",
    143: "It was asked to end (SIGTERM).",
}
STOPPING = frozenset({"stop", "kill", "restart", "remove"})
AROUND = timedelta(seconds=5)  # clocks and whole seconds


def exit_words(code: int) -> str:
    """Return what an exit code tells."""
    if code in MEANT:
        return MEANT[code]
    if 128 < code < 160:
        return f"It was ended by {SIGNALS.get(code - 128, f'signal {code - 128}')}."
    return "It ended by itself and says that something went wrong; its log may say what."


def ended_badly(container: Container) -> bool:
    """Return whether it ended and not well."""
    return container.state in ENDED and bool(container.exit_code)


def stopped_by(container: Container, operations: Iterable[Operation]) -> Operation | None:
    """Return the operation that ended the container; None: none of podweb's did."""
    if container.exited_at is None:
        return None
    for one in operations:
        until = one.ended_at or one.deadline_at
        if one.verb in STOPPING and one.asked_at - AROUND <= container.exited_at <= until + AROUND:
            return one
    return None


def ending(container: Container, events: Iterable[Event]) -> str:
    """Return why the container ended; "" where it did not, or ended well. ``events`` are its own."""
    if not ended_badly(container) or container.exit_code is None:
        return ""
    for event in events:
        at = container.exited_at
        if event.kind == Kind.OOM and at is not None and abs(event.at - at) < AROUND:
            text = words(Kind.OOM, event.details)[0]
            return f"{text[0].upper()}{text[1:]}."
    return exit_words(container.exit_code)
