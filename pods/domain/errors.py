"""What is said to whoever asked for something that cannot be: one shape for every door."""


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
