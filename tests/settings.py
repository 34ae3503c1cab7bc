"""podweb's own settings, with passwords that are quick to hash."""

from podweb.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
