"""Regular expressions as Podman reads them: Go's, which are RE2's. They match in time linear in the text.

Neither database's own will do: PostgreSQL reads another language, and Python's, which Django lends to SQLite, can be
made to run for hours by a short pattern.
"""

import re
import time
from collections.abc import Iterable
from typing import Any

import re2

from pods.domain.errors import Invalid

LONGEST = 200  # characters
LARGEST = 1000  # instructions of the compiled program; a name takes a few dozen
BUDGET = 2.0  # seconds for one filter over all names
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
# What takes part in a pattern's meaning beyond itself; one of these ends the search for a literal piece.
_GROUPING = re.compile(r"[\\()\[\]{}|]")
_LITERAL_RUN = re.compile(r"[^.^$*+?]+")


def compile_pattern(pattern: str, field: str) -> Any:
    """Return the compiled pattern; raises Invalid naming ``field`` for one that is malformed or too large."""
    if len(pattern) > LONGEST:
        raise Invalid("invalid", f"A pattern has at most {LONGEST} characters.", field=field)
    try:
        compiled = re2.compile(pattern, _OPTIONS)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        hint = "Podman reads it as Go does: https://github.com/google/re2/wiki/Syntax."
        raise Invalid("invalid", f"This is no regular expression: {reason}.", field=field, hint=hint) from error
    if compiled.programsize > LARGEST:
        raise Invalid("invalid", "This pattern repeats too much.", field=field, hint="Use smaller numbers in {}.")
    return compiled


def matching(patterns: Iterable[Any], names: Iterable[str], field: str) -> set[str]:
    """Return the names in which any of the compiled patterns matches somewhere; raises Invalid when it takes long."""
    tried = tuple(patterns)
    until = time.monotonic() + BUDGET
    found = set()
    for number, name in enumerate(names):
        if any(pattern.search(name) for pattern in tried):
            found.add(name)
        if number % 256 == 255 and time.monotonic() > until:
            raise Invalid("invalid", "This pattern takes too long.", field=field, hint="Use a simpler one.")
    return found


def literal_piece(pattern: str) -> str:
    """Return the longest piece of text that every match has, "" for none that is easily told.

    An index then finds the candidates. ``^web.*-a$`` has ``-a`` and ``web``.
    """
    if _GROUPING.search(pattern):
        return ""
    pieces = []
    for run in _LITERAL_RUN.finditer(pattern):
        follower = pattern[run.end() : run.end() + 1]
        # What stands before * or ? may be absent.
        pieces.append(run.group()[:-1] if follower in {"*", "?"} else run.group())
    return max(pieces, key=len, default="")


def glob_pattern(glob: str) -> str:
    """Return Go's ``filepath.Match`` of ``*GLOB*`` over text without separators, as a pattern."""
    out = []
    classes = False
    for character in glob:
        if classes:
            out.append(character)
            classes = character != "]"
        elif character == "[":
            out.append("[")
            classes = True
        else:
            out.append({"*": ".*", "?": "."}.get(character, re2.escape(character)))
    return f"(?s)^.*{''.join(out)}.*$"
