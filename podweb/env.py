"""Typed reading of environment variables. A wrong value stops start-up with a sentence, never a traceback later."""

import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that ``NAME_FILE`` names (for secrets), or ``default``."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: cannot read {path}: {error.strerror}") from error
    return os.environ.get(name, default)


def flag(name: str, *, default: bool) -> bool:
    """Return a yes/no variable; raises ImproperlyConfigured for any other word."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"yes", "true", "1", "on"}:
        return True
    if value in {"no", "false", "0", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}")


def words(name: str) -> list[str]:
    """Return a comma-separated variable as a list without empty items."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def durations(name: str, default: str) -> list[int]:
    """Return comma-separated growing durations (``24h,7d,90d``) in seconds, as many as ``default`` has.

    Raises ImproperlyConfigured.
    """
    found = [re.fullmatch(r"([1-9]\d{0,4})([hd])", word.strip()) for word in text(name, default).split(",")]
    seconds = [int(one[1]) * (3600 if one[2] == "h" else 86_400) for one in found if one]
    if len(seconds) != len(default.split(",")) or len(seconds) != len(found) or seconds != sorted(seconds):
        raise ImproperlyConfigured(f"{name} must be growing durations in h or d, such as {default}")
    return seconds


def secret_key(name: str, path: Path) -> str:
    """Return the variable, else the key kept in ``path``, which is made once and readable by its owner alone."""
    if value := text(name):
        if len(value) < 50:
            raise ImproperlyConfigured(f"{name} must have at least 50 characters")
        return value
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of the same start made it first
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(60)
        file.write(key)
    return key


def database(name: str, default_path: Path) -> dict[str, Any]:
    """Return Django's settings of one database from ``sqlite:///PATH`` or ``postgres://USER:PASS@HOST:PORT/NAME``.

    A PostgreSQL host may be a directory with its socket: ``postgres:///NAME?host=/run/postgresql``.
    """
    url = text(name)
    parts = urlsplit(url)
    if not url or parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path if url else str(default_path),
            "OPTIONS": {
                "timeout": 20,
                # Readers never wait for the writer; a writer takes its lock first, so it is never refused half-way.
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must begin with sqlite:// or postgres://, not {parts.scheme}://")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 0, "max_size": 16, "timeout": 10}, **query},
    }


def channel_layer(name: str) -> dict[str, Any]:
    """Return Channels' settings of one layer from ``memory://`` or ``redis://...``."""
    url = text(name, "memory://")
    scheme = urlsplit(url).scheme
    if scheme == "memory":
        return {"BACKEND": "podweb.layer.LoopBoundChannelLayer"}
    if scheme in {"redis", "rediss", "unix"}:
        return {"BACKEND": "podweb.pubsub.PubSubChannelLayer", "CONFIG": {"hosts": [url], "prefix": "podweb"}}
    raise ImproperlyConfigured(f"{name} must begin with memory:// or redis://, not {scheme}://")
