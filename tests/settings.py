"""podweb's own settings, with passwords that are quick to hash and a database file for tests."""

from podweb.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A file, which the threads of a server under test share as any process would; SQLite's in-memory kind locks otherwise.
DATABASES["default"]["TEST"] = {"NAME": str(DATA / "test.sqlite3")}  # noqa: F405
