"""Free search over pods: every word has to occur somewhere in a pod's names, id, labels, images or unit."""

import json
from collections.abc import Collection

from django.db import connections
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from pods.domain.errors import Invalid
from pods.models import Pod
from pods.models.search_index import SHORTEST, TABLE, has_table

LONGEST = 200  # characters
MOST_WORDS = 10


def search(pods: QuerySet[Pod], words: str) -> QuerySet[Pod]:
    """Return the pods in which every word of ``words`` occurs, whatever the case. Raises Invalid naming ``q``."""
    if len(words) > LONGEST or len(words.split()) > MOST_WORDS:
        message = f"A search has at most {LONGEST} characters and {MOST_WORDS} words."
        raise Invalid("invalid", message, field="q")
    return containing(pods, words.split())


def containing(pods: QuerySet[Pod], pieces: list[str]) -> QuerySet[Pod]:
    """Return the pods whose search text has every one of ``pieces``."""
    folded = [piece.casefold() for piece in pieces]
    # SQLite's own LIKE is served by no index; its table of trigrams answers for pieces long enough to have one.
    indexed = [piece for piece in folded if len(piece) >= SHORTEST] if _has_trigram_table(pods.db) else []
    for piece in folded:
        if piece not in indexed:
            pods = pods.filter(search_text__contains=piece)
    if indexed:
        query = " AND ".join('"' + piece.replace('"', '""') + '"' for piece in indexed)
        statement = f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s"  # noqa: S608  # a constant
        pods = pods.filter(pk__in=RawSQL(statement, [query]))  # noqa: S611  # the words are a parameter
    return pods


def among(field: str, values: Collection[str], using: str) -> Q:
    """Match rows whose ``field`` is one of ``values``, however many: SQLite takes a limited number of parameters."""
    if connections[using].vendor != "sqlite":
        return Q(**{f"{field}__in": values})
    return Q(**{f"{field}__in": RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(values))])})


_trigram_tables: set[str] = set()


def _has_trigram_table(using: str) -> bool:
    """Whether SQLite finds by trigrams there; asked once for each database that does."""
    if connections[using].vendor != "sqlite":
        return False
    if using not in _trigram_tables and has_table(using):
        _trigram_tables.add(using)
    return using in _trigram_tables
