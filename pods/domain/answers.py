"""One answer about a pod: what was asked for, what is in force, and where each is known from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pods.messages import plain
from pods.messages.specs import PodSpec

INSPECT = "engine inspect"
INFRA = "infra inspect"
KERNEL = "kernel"
DERIVED = "derived"


@dataclass(frozen=True)
class Accessor:
    """``name`` is the contract's. Values are plain JSON. ``asked`` None: nothing was asked for, or it is not known.

    ``in_force`` None: not known, and ``reason`` says why. ``differs``: the two are known and should agree, but do not.
    """

    name: str
    asked: Any
    in_force: Any
    asked_source: str  # "podweb's request" | "create command" | "derived" | ""
    source: str  # "engine inspect" | "infra inspect" | "kernel" | "derived" | ""
    reason: str
    differs: bool


@dataclass(frozen=True)
class Asked:
    """What the pod was asked to be, if that is known, and where from."""

    spec: PodSpec | None
    source: str

    def get(self, field: str) -> Any:
        """Return a field of the spec in plain JSON; None where it was not asked for."""
        if self.spec is None:
            return None
        value = getattr(self.spec, field)
        return None if value in ("", None, (), {}) else plain(value)

    def value(self, field: str) -> tuple[Any, str]:
        """Return the field with its source, for ``answer``."""
        return self.of(self.get(field))

    def of(self, value: Any) -> tuple[Any, str]:
        """Return a value made of the spec with its source, for ``answer``."""
        return value, self.source if value is not None else ""


def answer(
    name: str,
    in_force: Any,
    source: str,
    asked: tuple[Any, str] = (None, ""),
    *,
    reason: str = "",
    agree: Callable[[Any, Any], bool] = lambda one, two: bool(one == two),
) -> Accessor:
    """Return the answer. ``agree`` says of what was asked and what is in force whether they are the same."""
    wanted, wanted_source = asked
    known = in_force is not None
    return Accessor(
        name=name,
        asked=wanted,
        in_force=in_force,
        asked_source=wanted_source,
        source=source if known else "",
        reason="" if known else reason,
        differs=known and wanted is not None and not agree(wanted, in_force),
    )
