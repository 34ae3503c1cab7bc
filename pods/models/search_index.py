"""The index that finds a piece of text anywhere in ``Pod.search_text``, in the way of each database.

PostgreSQL: trigrams of pg_trgm, which a database's owner may add since version 13. SQLite: a table of trigrams that
triggers keep. Where neither can be had, search reads every row and answers the same.
"""

import logging

from django.db import DatabaseError, connections, transaction

log = logging.getLogger(__name__)
TABLE = "pods_pod_search"
SHORTEST = 3  # characters; a shorter piece has no trigram
_ADD = f"INSERT INTO {TABLE}(rowid, search_text) VALUES (new.id, new.search_text);"
_TAKE = f"INSERT INTO {TABLE}({TABLE}, rowid, search_text) VALUES ('delete', old.id, old.search_text);"
_TRIGGERS = {
    f"{TABLE}_insert": f"AFTER INSERT ON pods_pod BEGIN {_ADD} END",
    f"{TABLE}_delete": f"AFTER DELETE ON pods_pod BEGIN {_TAKE} END",
    f"{TABLE}_update": (
        f"AFTER UPDATE OF search_text ON pods_pod WHEN old.search_text IS NOT new.search_text BEGIN {_TAKE} {_ADD} END"
    ),
}


def ensure(using: str) -> None:
    """Make what is missing of the index; only says so where it cannot be had.

    After every ``migrate`` and not in a migration: Django changes a SQLite table by making it anew, and the triggers
    of the old one go with it.
    """
    vendor = connections[using].vendor
    try:
        with transaction.atomic(using=using):
            if vendor == "postgresql":
                _ensure_postgresql(using)
            elif vendor == "sqlite":
                _ensure_sqlite(using)
    except DatabaseError as error:
        log.warning("searching will read every pod, for its index cannot be made: %s", str(error).strip())


def _ensure_postgresql(using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        # Without the list of things to be indexed later: it is read whole by every search, and texts change rarely.
        cursor.execute(
            f"CREATE INDEX IF NOT EXISTS {TABLE} ON pods_pod "
            "USING gin (search_text gin_trgm_ops) WITH (fastupdate = off)"
        )


def _ensure_sqlite(using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'pods_pod'")
        if cursor.fetchone()[0] == len(_TRIGGERS):
            return
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(
            f"CREATE VIRTUAL TABLE {TABLE} USING fts5("
            "search_text, content='pods_pod', content_rowid='id', tokenize='trigram')"
        )
        for name, action in _TRIGGERS.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(f"CREATE TRIGGER {name} {action}")
        cursor.execute(f"INSERT INTO {TABLE}({TABLE}) VALUES ('rebuild')")


def has_table(using: str) -> bool:
    """Return whether SQLite's table of trigrams is there."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = %s", [TABLE])
        return cursor.fetchone() is not None
