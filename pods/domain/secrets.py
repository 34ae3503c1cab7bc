"""Hiding what looks like a secret in command lines, variables, arguments and specs, for those who may not see it.

A name that speaks of a secret hides its value whatever that is; a value that looks like a key hides itself whatever
its name. Hiding too much costs a question to an administrator; hiding too little cannot be undone.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from pods.messages.specs import ContainerSpec, PodSpec

MASK = "••••••"
# Parts of names. Short ones only as whole words: "pat" is a token, "path" is not.
TELLING = re.compile(
    r"(?<!com)(?<!by)pass(?!ive|enger|age)|pwd|secret|token|credential|creds|private|signature|cookie|session|salt|bearer|oauth|"
    r"api_?key|access_?key|encryption|kubeconfig|dsn|jwt|webhook",
    re.IGNORECASE,
)
TELLING_WORDS = frozenset(
    ["key", "keys", "auth", "authorization", "pat", "pin", "otp", "totp", "cert", "pem", "pw", "psk", "seed"]
)
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
# scheme://user:password@host, and the schemes of databases without a user (redis://:password@host).
URL_PASSWORD = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*://[^\s/@:]*):([^\s/@]+(?:@[^\s/@]+)*)@")
BEARER = re.compile(r"\b(bearer|basic|token)(\s+)([^\s'\"]{6,})", re.IGNORECASE)
KEY_BLOCK = re.compile(r"-----BEGIN [A-Z ]*(?:PRIVATE KEY|SECRET)[A-Z ]*-----.*", re.DOTALL)
# Shapes that only keys have: AWS, GitHub, GitLab, Slack, Google, Stripe, JSON web tokens.
SHAPES = re.compile(
    r"\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abposr]-[\w-]{10,}|"
    r"AIza[\w-]{30,}|[sr]k_(?:live|test)_\w{16,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"
)
LONG_WORD = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
# Ids and digests are long too, but public: hexadecimal alone says nothing.
HEXADECIMAL = re.compile(r"[0-9a-f-]+|[0-9A-F-]+")
ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_][\w.-]*)(?P<equals>\s*[=:]\s*)(?P<value>[^\s&;,]+|\"[^\"]*\"|'[^']*')")
# Flags of podman whose value is NAME=VALUE.
PAIRS = frozenset(
    ["-e", "--env", "-l", "--label", "--annotation", "--env-merge", "--build-arg", "--sysctl", "--opt", "--storage-opt"]
)
# Flags whose whole value is a secret.
SECRET_FLAGS = {"--creds", "--decryption-key", "--passwd-entry", "--secret"}
DEEPEST = 20


def telling(name: str) -> bool:
    """Return whether a name speaks of a secret."""
    if TELLING.search(name.replace("-", "_")):
        return True
    return any(word.lower() in TELLING_WORDS for word in WORDS.findall(name))


def random_looking(word: str) -> bool:
    """Return whether a word is long and even enough to have been drawn, and no id or digest."""
    if HEXADECIMAL.fullmatch(word) or word.startswith("/") or not any(one.isdigit() for one in word):
        return False
    counts = Counter(word)
    entropy = -sum(times / len(word) * math.log2(times / len(word)) for times in counts.values())
    return entropy > 3.8 and any(one.isupper() for one in word) and any(one.islower() for one in word)


def mask_text(text: str) -> str:
    """Return a text with what looks like a secret in it hidden."""
    text = KEY_BLOCK.sub(MASK, text)
    text = URL_PASSWORD.sub(rf"\1:{MASK}@", text)
    text = BEARER.sub(rf"\1\2{MASK}", text)
    text = SHAPES.sub(MASK, text)
    text = ASSIGNMENT.sub(_assigned, text)
    return LONG_WORD.sub(lambda found: MASK if random_looking(found[0]) else found[0], text)


def _assigned(found: re.Match[str]) -> str:
    return f"{found['name']}{found['equals']}{MASK}" if telling(found["name"]) else found[0]


def mask_value(name: str, value: str) -> str:
    """Return the value of something called ``name``, hidden where either looks like a secret."""
    return MASK if value and telling(name) else mask_text(value)


def mask_pair(pair: str) -> str:
    """Return NAME=VALUE with the value hidden where it has to be."""
    name, equals, value = pair.partition("=")
    return f"{name}={mask_value(name, value)}" if equals else mask_text(pair)


def mask_env(env: Iterable[str]) -> list[str]:
    """Return variables as ``NAME=••••••`` where they look like secrets."""
    return [mask_pair(one) for one in env]


def mask_argv(argv: Sequence[str]) -> list[str]:
    """Return the words of a command line with secrets hidden: of -e and --env, of flags that speak of them, in URLs."""
    masked: list[str] = []
    former = ""
    for word in argv:
        flag, equals, value = word.partition("=")
        if former in PAIRS:
            masked.append(mask_pair(word))
        elif former in SECRET_FLAGS or (_bare_flag(former) and telling(former) and not word.startswith("-")):
            masked.append(MASK)
        elif equals and flag in PAIRS:
            masked.append(f"{flag}={mask_pair(value)}")
        elif equals and flag.startswith("-") and (flag in SECRET_FLAGS or telling(flag)):
            masked.append(f"{flag}={MASK}")
        elif word.startswith("-e") and not word.startswith("--") and len(word) > 2:
            masked.append(f"-e{mask_pair(word[2:])}")
        elif equals and not flag.startswith("-"):
            masked.append(mask_pair(word))
        else:
            masked.append(mask_text(word))
        # A switch such as --privileged speaks of no secret, though its name may sound like one.
        former = word if word not in SWITCHES else ""
    return masked


def _bare_flag(word: str) -> bool:
    return word.startswith("--") and "=" not in word


SWITCHES = {"--privileged", "--tls-verify"}


def mask_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return an operation's arguments, or any other JSON object, with secrets hidden at every depth."""
    return {name: _masked(name, value, DEEPEST) for name, value in arguments.items()}


def _masked(name: str, value: Any, depth: int) -> Any:
    if depth == 0:
        return MASK
    if isinstance(value, str):
        return mask_value(name, value)
    if isinstance(value, Mapping):
        # A secret may stand in a list or an object below a telling name as well.
        return {key: _masked(key if not telling(name) else name, one, depth - 1) for key, one in value.items()}
    if isinstance(value, list | tuple):
        if name in ARGV and all(isinstance(one, str) for one in value):
            return mask_argv(value)
        pairs = not telling(name)
        return [mask_pair(one) if pairs and isinstance(one, str) else _masked(name, one, depth - 1) for one in value]
    return MASK if isinstance(value, int | float) and not isinstance(value, bool) and telling(name) else value


# Fields that hold a command line.
ARGV = {"command", "entrypoint", "infra_command", "create_command", "args", "argv"}


def mask_spec(spec: "PodSpec | ContainerSpec") -> Any:
    """Return the spec with secrets hidden in labels, environment, commands and health checks; the same type."""
    labels = {key: mask_value(key, value) for key, value in spec.labels.items()}
    if isinstance(spec, PodSpec):
        return replace(spec, labels=labels, infra_command=tuple(mask_argv(spec.infra_command)))
    health = spec.health and replace(spec.health, command=tuple(mask_argv(spec.health.command)))
    return replace(
        spec,
        labels=labels,
        env={key: mask_value(key, value) for key, value in spec.env.items()},
        command=tuple(mask_argv(spec.command)),
        entrypoint=None if spec.entrypoint is None else tuple(mask_argv(spec.entrypoint)),
        health=health,
    )


# A variable of Kubernetes YAML.
VARIABLE = re.compile(r"(?P<before>name: *(?P<name>\S+)\n *value: *)(?P<value>.+)")


def mask_rows(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return processes with what looks like a secret in their command lines hidden."""
    return [[mask_text(cell) for cell in row] for row in rows]


def mask_kube(text: str) -> str:
    """Return Kubernetes YAML with the values of variables that look like secrets hidden, and the rest as plain text."""
    named = VARIABLE.sub(lambda found: found["before"] + mask_value(found["name"], found["value"]), text)
    return "\n".join(mask_text(line) for line in named.split("\n"))
