"""What is said to whoever asked for something that cannot be: one shape for every door."""

from collections.abc import Sequence
from dataclasses import dataclass


class Problem(Exception):
    """``code`` is stable, ``message`` says what is wrong, ``hint`` what to do; ``field`` names the bad input."""

    status = 400

    def __init__(
        self, code: str, message: str, *, field: str | None = None, hint: str | None = None, engine: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.hint = hint
        self.engine = engine

    def as_dict(self) -> dict[str, str]:
        """Return ``{code, message, field?, hint?, engine?}``."""
        optional = {"field": self.field, "hint": self.hint, "engine": self.engine}
        return {"code": self.code, "message": self.message, **{k: v for k, v in optional.items() if v}}


class Invalid(Problem):
    """The input is malformed."""

    status = 400


@dataclass(frozen=True)
class FieldProblem:
    """One thing wrong with a spec. ``field`` is its path, as ``ports[0].host_port``; "" is the spec as a whole."""

    field: str
    code: str
    message: str
    hint: str = ""
    status: int = 400  # 409: fine in itself, but taken on that host

    def as_dict(self) -> dict[str, str]:
        """Return ``{code, message, field?, hint?}``."""
        optional = {"field": self.field, "hint": self.hint}
        return {"code": self.code, "message": self.message, **{k: v for k, v in optional.items() if v}}


class InvalidSpec(Invalid):
    """A spec that cannot be: everything that is wrong with it at once. As a Problem it says the first thing.

    Its status is 409 where the spec is fine in itself and everything wrong is that something is taken.
    """

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(first.code, first.message, field=first.field or None, hint=first.hint or None)
        self.status = 409 if all(problem.status == 409 for problem in self.problems) else 400


class Denied(Problem):
    """You may see it, but not do this."""

    status = 403


class Missing(Problem):
    """There is no such thing, or none that you may see."""

    status = 404


class Conflict(Problem):
    """It makes no sense in the state it is in."""

    status = 409


class Unavailable(Problem):
    """What would do it does not answer."""

    status = 503
