"""Streams: one open log view or terminal, between one reader (an open page or a download) and one host worker.

A task on the host's queue opens a stream. From then on both sides speak over Channels: the reader to the host's group
(``streams_group``), the host worker to the reader's own (``reader_group``). Who reads grants bytes, who writes never
sends more than was granted. Totals count from the beginning, so a message that is lost or comes twice is noticed.
"""

from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

WINDOW = 256 * 1024  # bytes; the most that a reader may have granted and not yet received
SMALLEST_WINDOW = 64 * 1024  # holds the longest log line, also when each of its bytes had to be replaced
OVERHEAD = 512  # bytes that each message costs beside its content, so that many small ones are bounded too
LONGEST_LINE = 16 * 1024  # bytes; a longer one comes in pieces of this size
INPUT_WINDOW = 32 * 1024  # bytes of keystrokes that a terminal takes before it grants more
ALIVE_EVERY = 1.5  # seconds: the sign of life of both sides, and how often the reader's right is looked at
SILENT_AFTER = 8.0  # seconds without a word, and the other side is taken for gone
LINGER = 60.0  # seconds that a terminal waits for its reader to come back
REPLAY = 256 * 1024  # bytes of a terminal's output kept to show again
MOST_ROWS = 500
MOST_COLUMNS = 1000


def streams_group(slug: str) -> str:
    """Return the channel group on which the host worker of ``slug`` hears its streams' readers."""
    return f"streams.{slug}"


def reader_group(reader: str) -> str:
    """Return the channel group of one reader (a hexadecimal uuid)."""
    return f"reader.{reader}"


class Position(Struct, frozen=True, kw_only=True):
    """How far a reader got with one container: the time of its last line, and how many lines of that time it has."""

    at: str  # seconds since 1970, with up to nine digits behind the point
    lines: int


class LogRequest(Struct, frozen=True, kw_only=True):
    """Open the merged log of a pod: the argument of the task ``names.OPEN_LOG``."""

    stream: str  # hexadecimal uuid, drawn by the reader
    reader: str
    host: str
    pod_id: str
    window: int  # bytes granted at once
    containers: tuple[str, ...] = ()  # engine ids; () = all
    since: float | None = None  # seconds since 1970
    until: float | None = None
    tail: int | None = None  # last lines of each container; None = all
    follow: bool = True
    resume: dict[str, Position] = {}  # by engine id
    markers_after: float = 0.0  # seconds since 1970: starts and ends up to then are known


class FromReader(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What a reader says to the host worker."""

    stream: str
    reader: str


class Grant(FromReader, frozen=True, kw_only=True, tag="stream.grant"):
    """``total`` bytes were granted since the stream began. Said again with every sign of life."""

    total: int


class Input(FromReader, frozen=True, kw_only=True, tag="stream.input"):
    """Keystrokes. ``offset`` is how many bytes this reader sent before."""

    offset: int
    data: bytes


class Resize(FromReader, frozen=True, kw_only=True, tag="stream.resize"):
    """The reader's window changed."""

    rows: int
    columns: int


class Attach(FromReader, frozen=True, kw_only=True, tag="stream.attach"):
    """A new reader of a running terminal. It gets the screen again; who read it before is ended."""

    rows: int
    columns: int
    window: int


class Leave(FromReader, frozen=True, kw_only=True, tag="stream.leave"):
    """The reader goes. A terminal waits for another reader when only the page went, and ends otherwise."""

    why: Literal["page", "closed", "denied"]


ToHost = Grant | Input | Resize | Attach | Leave


class FromHost(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What the host worker says to a reader. ``sequence`` counts from 0 for each reader, without a gap."""

    stream: str
    sequence: int


class Opened(FromHost, frozen=True, kw_only=True, tag="stream.opened"):
    """The stream runs. ``about`` of a terminal: shell, and replay: the bytes of old output that come first."""

    input: int  # bytes of input granted
    about: dict[str, Any] = {}


class LogContainer(Struct, frozen=True, kw_only=True):
    """A container whose lines begin with ``number``."""

    number: int
    id: str
    name: str
    is_infra: bool


class Containers(FromHost, frozen=True, kw_only=True, tag="stream.containers"):
    """The containers of the log so far; said again when one joins."""

    containers: tuple[LogContainer, ...]


class Lines(FromHost, frozen=True, kw_only=True, tag="stream.lines"):
    """Log lines, each ``NUMBER KIND TIME TEXT`` and a line feed. ``cost`` counts against the window."""

    cost: int
    text: str


class Output(FromHost, frozen=True, kw_only=True, tag="stream.output"):
    """What a terminal printed. ``cost`` counts against the window."""

    cost: int
    data: bytes


class InputGranted(FromHost, frozen=True, kw_only=True, tag="stream.input_granted"):
    """``total`` bytes of input were granted since this reader attached."""

    total: int


class StillThere(FromHost, frozen=True, kw_only=True, tag="stream.alive"):
    """A sign of life."""


class Ended(FromHost, frozen=True, kw_only=True, tag="stream.ended"):
    """Nothing more comes. ``code`` is one of ``ENDINGS``."""

    code: str
    message: str
    hint: str = ""
    engine: str = ""
    exit_code: int | None = None


ToReader = Opened | Containers | Lines | Output | InputGranted | StillThere | Ended

ENDINGS = {
    "end": "Everything asked for was sent.",
    "exited": "The command ended.",
    "closed": "It was closed.",
    "denied": "The right to it was withdrawn.",
    "taken_over": "Another page took it over.",
    "gone": "There is no such stream any more.",
    "no_shell": "The container has no shell.",
    "busy": "Too many streams are open on this host.",
    "gap": "A message was lost on the way.",
    "failed": "It could not be opened, or broke off.",
    "stopping": "The host worker ends.",
}


class TerminalsOpen(Struct, frozen=True, kw_only=True):
    """The terminals that run; said every few seconds, so that their operations are not taken for lost."""

    host: str
    boot: str
    ids: tuple[str, ...]


Message = TypeVar("Message")


def to_channel(message: Struct) -> dict[str, Any]:
    """Return the message as a channel layer carries it: plain types, bytes as they are."""
    built: dict[str, Any] = msgspec.to_builtins(message, builtin_types=(bytes,))
    return built


def from_channel(raw: dict[str, Any], shape: type[Message]) -> Message:
    """Return what a channel layer delivered. Raises ``msgspec.ValidationError``."""
    return msgspec.convert(raw, shape)
