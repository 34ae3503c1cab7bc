"""What can go wrong with an engine, in our few words. Nothing else leaves this package."""

from pods.messages.operations import Part


class EngineError(Exception):
    """``message`` is for a person, ``engine`` the engine's own words, ``code`` one of messages.operations.CODES."""

    code = "internal"

    def __init__(self, message: str, *, engine: str = "", parts: tuple[Part, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.engine = engine
        self.parts = parts


class UnreachableError(EngineError):
    """Nobody answers on the socket, or the connection ended before an answer."""

    code = "engine_unreachable"


class TimedOutError(EngineError):
    """The engine has the question and did not answer in time. It may still do what was asked."""

    code = "timed_out"


class NotFoundError(EngineError):
    """The engine has no such pod or container."""

    code = "not_found"


class RefusedError(EngineError):
    """The engine said no. ``parts`` names each thing inside that failed, where it did so in part."""

    code = "engine_refused"


class UnexpectedError(EngineError):
    """The engine's answer has not the shape that any known version gives."""

    code = "engine_refused"


class UnsupportedError(EngineError):
    """The engine, as it is here, would silently ignore an option that was asked for: nothing was sent to it."""

    code = "unsupported"
