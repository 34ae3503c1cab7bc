"""podweb's own settings, with passwords that are quick to hash and a database of the tests' own."""

import os
import tempfile

# Before podweb's settings are read: the tests' data, and their settings, are nobody's own.
for name in [name for name in os.environ if name.startswith("PODWEB_")]:
    del os.environ[name]
os.environ["PODWEB_DATA"] = tempfile.mkdtemp(prefix="pw-test-data-")
# A browser driven from the test's own thread leaves an event loop there, which Django would take for ours.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from podweb import env
from podweb.settings import *  # noqa: F403
from podweb.settings import DATA, DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if url := os.environ.get("TEST_DATABASE_URL"):
    os.environ["PODWEB_DATABASE_URL"] = url
    DATABASES["default"] = env.database("PODWEB_DATABASE_URL", DATA / "unused")
else:
    # A file, which the threads of a server under test share as any process would; SQLite's in-memory kind locks.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA / "test.sqlite3")}
