"""Requests of people with tokens."""

import json
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken

API = "/api/v1"


def client(user: User) -> Client:
    """Return a client with a new token of ``user``."""
    _, token = AuthToken.objects.create(user)
    return Client(headers={"Authorization": f"Token {token}"})


def get(user: User, path: str) -> Any:
    """Read an address below /api/v1."""
    return client(user).get(API + path)


def post(user: User, path: str, body: Any = None) -> Any:
    """Send a JSON body to an address below /api/v1."""
    return client(user).post(API + path, json.dumps({} if body is None else body), content_type="application/json")


def delete(user: User, path: str) -> Any:
    """Delete at an address below /api/v1."""
    return client(user).delete(API + path)
