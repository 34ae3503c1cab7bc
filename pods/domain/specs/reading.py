"""Reading plain JSON field by field: what is wrong is collected, and the field stays at its default."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from pods.domain.errors import FieldProblem

T = TypeVar("T")

LONGEST_TEXT = 4096  # a path's bound in Linux
LONGEST_VALUE = 32_768  # of a label or an environment variable
MOST_ITEMS = 256
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
WHOLE = re.compile(r"-?[0-9]{1,19}")
LARGEST = 2**63 - 1


class Fault(Exception):
    """One value is wrong. Raised by the functions that read a value, caught by who knows its field."""

    def __init__(self, message: str, hint: str = "", *, code: str = "invalid") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code


def shown(value: object) -> str:
    """Return a value as a message may quote it: short, and nothing that a terminal would act on."""
    text = value if isinstance(value, str) else repr(value)[:60]
    return (
        ascii(text[:60])
        if CONTROL.search(text) or any("\ud800" <= one <= "\udfff" for one in text)
        else f"'{text[:60]}'"
    )


def sound(value: object, *, longest: int = LONGEST_TEXT, lines: bool = False) -> str:
    """Return ``value`` if it is a text that every part of the chain can carry; raises Fault.

    NUL and lone surrogates are no text to the database and the engine. ``lines``: line ends and tabs are fine.
    """
    if not isinstance(value, str):
        raise Fault("This must be a text.")
    if len(value) > longest:
        raise Fault(f"This is longer than {longest} characters.", code="too_long")
    if any("\ud800" <= one <= "\udfff" for one in value):
        raise Fault("This is not valid Unicode.")
    bad = "\0" in value if lines else CONTROL.search(value)
    if bad:
        raise Fault("This has characters that cannot be there, such as line ends or NUL.")
    return value


def whole(value: object, low: int, high: int = LARGEST) -> int:
    """Return a whole number given as a number or in digits; raises Fault outside ``low`` to ``high``."""
    if isinstance(value, str) and WHOLE.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Fault("This must be a whole number.")
    if not low <= value <= high:
        bounds = f"from {low} to {high}" if high < LARGEST else f"{low} or more"
        raise Fault(f"This must be {bounds}.", code="out_of_range")
    return value


class Reader:
    """Reads the fields of one JSON object. A field that is absent, null or "" was not asked for.

    ``problems`` is shared by the readers of one spec; ``path`` is where this object stands in it.
    """

    def __init__(self, raw: Mapping[Any, object], problems: list[FieldProblem], path: str = "") -> None:
        self.raw = raw
        self.problems = problems
        self.path = path
        self.known: set[str] = set()

    def at(self, name: str) -> str:
        """Return the path of a field of this object."""
        return f"{self.path}.{name}" if self.path else name

    def add(self, field: str, fault: Fault) -> None:
        """Note what is wrong with the field at the path ``field``."""
        self.problems.append(FieldProblem(field, fault.code, fault.message, fault.hint))

    def get(self, name: str) -> object:
        """Return a field's raw value, None where it was not asked for."""
        self.known.add(name)
        value = self.raw.get(name)
        return None if value == "" else value

    def value(self, name: str, read: Callable[[Any], T], default: T) -> T:
        """Return ``read`` of the field, or ``default``."""
        value = self.get(name)
        if value is None:
            return default
        try:
            return read(value)
        except Fault as fault:
            self.add(self.at(name), fault)
            return default

    def text(self, name: str, read: Callable[[str], str] = str) -> str:
        """Return a text of one line, checked by ``read``; "" for none."""
        return self.value(name, lambda value: read(sound(value)), "")

    def number(self, name: str, low: int, high: int = LARGEST) -> int | None:
        """Return a whole number within bounds, None for none."""
        return self.value(name, lambda value: whole(value, low, high), None)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean; words that look like one are none."""

        def read(value: object) -> bool:
            if not isinstance(value, bool):
                raise Fault("This must be true or false.")
            return value

        return self.value(name, read, default)

    def choice(self, name: str, known: Collection[str]) -> Any:
        """Return one of the ``known`` words, "" for none."""

        def read(value: object) -> str:
            if not isinstance(value, str) or value not in known:
                raise Fault(f"There is no {shown(value)} here.", f"One of {', '.join(filter(None, known))}.")
            return value

        return self.value(name, read, "")

    def one(self, name: str, value: object, read: Callable[[object], T]) -> T | None:
        """Return ``read`` of a field that is an object of its own; what is wrong inside is noted with its path."""
        try:
            return read(value)
        except Inside as inside:
            self._note(inside, self.at(name))
            return None

    def _note(self, inside: "Inside", path: str) -> None:
        self.problems += [
            FieldProblem(f"{path}.{one.field}", one.code, one.message, one.hint) for one in inside.problems
        ]

    def items(self, name: str, read: Callable[[Any], T]) -> tuple[T, ...]:
        """Return a list, each item read by ``read``; one that is wrong is left out and noted."""
        value = self.get(name)
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            self.add(self.at(name), Fault("This must be a list."))
            return ()
        if len(value) > MOST_ITEMS:
            self.add(self.at(name), Fault(f"There are more than {MOST_ITEMS}.", code="too_long"))
            return ()
        found: list[T] = []
        for number, item in enumerate(value):
            try:
                found.append(read(item))
            except Fault as fault:
                self.add(f"{self.at(name)}[{number}]", fault)
            except Inside as inside:
                self._note(inside, f"{self.at(name)}[{number}]")
        return tuple(found)

    def texts(self, name: str, read: Callable[[str], str] = str) -> tuple[str, ...]:
        """Return a list of texts of one line, each checked by ``read``."""
        return self.items(name, lambda value: read(filled(value)))

    def mapping(
        self, name: str, key: Callable[[str], str], value: Callable[[str], str] = str, *, longest: int = LONGEST_VALUE
    ) -> dict[str, str]:
        """Return ``{name: value}``, given as an object or as a list of NAME=VALUE."""
        raw = self.get(name)
        if raw is None:
            return {}
        if isinstance(raw, list | tuple):
            pairs = self.items(name, _pair)
            if len(dict(pairs)) < len(pairs):
                self.add(self.at(name), Fault("A name is there twice.", code="duplicate"))
            raw = dict(pairs)
        if not isinstance(raw, Mapping):
            self.add(self.at(name), Fault("This must be an object of texts, or a list of NAME=VALUE."))
            return {}
        if len(raw) > MOST_ITEMS:
            self.add(self.at(name), Fault(f"There are more than {MOST_ITEMS}.", code="too_long"))
            return {}
        found: dict[str, str] = {}
        for one, content in raw.items():
            try:
                found[key(sound(one, longest=255))] = value(sound(content, longest=longest, lines=True))
            except Fault as fault:
                self.add(f"{self.at(name)}[{shown(one)}]", fault)
        return found

    def within(self, name: str) -> "Reader":
        """Return a reader of the object in a field; an empty one where there is none."""
        raw = self.get(name)
        if raw is not None and not isinstance(raw, Mapping):
            self.add(self.at(name), Fault("This must be an object."))
            raw = None
        return Reader(raw or {}, self.problems, self.at(name))

    def done(self) -> None:
        """Note every field that nobody asked for: a misspelt option must not be silently dropped."""
        for name in list(self.raw)[:MOST_ITEMS]:
            if name not in self.known:
                where = self.at(name[:40]) if isinstance(name, str) and not CONTROL.search(name) else self.path
                hint = f"Known: {', '.join(sorted(self.known))}."
                self.add(
                    where.encode(errors="replace").decode(),
                    Fault("There is no such field.", hint, code="unknown_field"),
                )


class Inside(Exception):
    """Several fields of one item of a list are wrong."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        super().__init__()
        self.problems = problems


def item(raw: object, text: Callable[[str], T], fields: Callable[[Reader], T]) -> T:
    """Return a list's item that is given as a short text or as an object. Raises Fault or Inside."""
    if isinstance(raw, str):
        return text(filled(raw))
    if not isinstance(raw, Mapping):
        raise Fault("This must be a text or an object.")
    reader = Reader(raw, [])
    made = fields(reader)
    reader.done()
    if reader.problems:
        raise Inside(reader.problems)
    return made


def filled(value: object) -> str:
    """Return a text of one line that is not empty; raises Fault."""
    text = sound(value)
    if not text.strip():
        raise Fault("This is empty.")
    return text


def _pair(value: object) -> tuple[str, str]:
    name, equals, content = sound(value, longest=LONGEST_VALUE, lines=True).partition("=")
    if not equals:
        raise Fault("This must be NAME=VALUE.")
    return name, content
