"""A secret never survives where it is hidden, and what is no secret stays readable."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pods.domain.secrets import MASK, mask_arguments, mask_argv, mask_env, mask_spec, mask_text, telling
from pods.messages import plain
from pods.messages.specs import ContainerSpec, HealthCheck, PodSpec

# Drawn so that it can be no part of anything else in the text.
ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
secrets = st.text(ALPHABET, min_size=8, max_size=40).map("Zq{}".format)
secret_names = st.sampled_from(
    [
        "PASSWORD",
        "DB_PASS",
        "dbPassword",
        "MYSQL_ROOT_PASSWORD",
        "API_KEY",
        "apiKey",
        "SECRET",
        "client-secret",
        "TOKEN",
        "GITHUB_TOKEN",
        "AUTH",
        "BASIC_AUTH",
        "AWS_SECRET_ACCESS_KEY",
        "CREDENTIALS",
        "SSH_PRIVATE_KEY",
        "PGPASSWORD",
        "passphrase",
        "DATABASE_PWD",
        "io.example.token",
        "JWT",
        "SENTRY_DSN",
        "SESSION_SALT",
        "PAT",
    ]
)
plain_names = st.sampled_from(
    ["PATH", "HOME", "LANG", "MODE", "TZ", "monkey", "keyboard", "author", "compass_rose", "PORT"]
)


@given(name=secret_names, secret=secrets)
def test_no_variable_with_a_telling_name_shows_its_value(name: str, secret: str) -> None:
    assert mask_env([f"{name}={secret}"]) == [f"{name}={MASK}"]


@given(name=secret_names, secret=secrets, form=st.integers(0, 5))
def test_no_command_line_shows_it(name: str, secret: str, form: int) -> None:
    pair = f"{name}={secret}"
    flag = "--" + name.lower().replace("_", "-")
    words = [["-e", pair], ["--env", pair], [f"--env={pair}"], [f"-e{pair}"], [flag, secret], [f"{flag}={secret}"]][
        form
    ]
    masked = mask_argv(["podman", "run", *words, "image"])
    assert secret not in " ".join(masked)
    assert masked[-1] == "image"
    assert len(masked) == len(words) + 3


@given(secret=secrets)
def test_no_url_shows_its_password(secret: str) -> None:
    for url in (
        f"postgres://web:{secret}@db/app",
        f"redis://:{secret}@cache:6379/0",
        f"https://u:a@{secret}@x.example/",
    ):
        for text in (url, f"--url={url}", f"URL={url}", f"connect to {url} now"):
            assert secret not in mask_text(text)
            assert secret not in " ".join(mask_argv([text]))
            assert secret not in " ".join(mask_env([text]))


@given(name=secret_names, secret=secrets)
def test_no_operation_shows_it_at_any_depth(name: str, secret: str) -> None:
    arguments: dict[str, Any] = {
        "spec": {
            "env": {name: secret},
            "labels": {name: secret},
            "command": ["run", f"--{name}", secret],
            name: [secret],
        },
        "more": [{"deep": {name: {"inner": secret}}}, f"{name}={secret}"],
        name: secret,
        f"{name}_PIN": 20261125,
    }
    masked = str(mask_arguments(arguments))
    assert secret not in masked
    assert "20261125" not in masked


@given(name=secret_names, secret=secrets)
def test_no_spec_shows_it(name: str, secret: str) -> None:
    container = ContainerSpec(
        image="example/image:1",
        env={name: secret, "URL": f"amqp://u:{secret}@mq"},
        labels={name: secret},
        command=("serve", f"--{name}={secret}"),
        entrypoint=("/bin/sh", "-c", f"{name}={secret} serve"),
        health=HealthCheck(command=(f"curl -H 'Authorization: Bearer {secret}' localhost",)),
    )
    masked = mask_spec(container)
    assert isinstance(masked, ContainerSpec)
    assert secret not in str(plain(masked))
    pod = mask_spec(PodSpec(name="web", labels={name: secret}, infra_command=("/pause", f"--{name}", secret)))
    assert isinstance(pod, PodSpec)
    assert secret not in str(plain(pod))


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        "x7Kq9ZpL2mW4vB8nC1sD5fG6hJ3kT0yR",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----",
    ],
)
def test_what_only_a_key_looks_like_is_hidden_without_a_name(text: str) -> None:
    assert text not in mask_text(f"use {text} here")
    assert mask_env([f"HARMLESS={text}"]) == [f"HARMLESS={MASK}"]


@given(name=plain_names, value=st.text("abcdefghij /.:-_0123456789", max_size=30))
def test_what_is_no_secret_stays(name: str, value: str) -> None:
    assert not telling(name)
    assert mask_env([f"{name}={value}"]) == [f"{name}={value}"]


@pytest.mark.parametrize(
    "words",
    [
        ["podman", "pod", "create", "--name", "web", "-p", "127.0.0.1:8080:80/tcp", "--network", "front:ip=10.89.0.7"],
        ["podman", "run", "--privileged", "docker.io/library/nginx:1.27", "nginx", "-g", "daemon off;"],
        ["podman", "run", "example@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        [
            "podman",
            "pod",
            "create",
            "--infra-conmon-pidfile=/run/user/1000/web-pod.pid",
            "--exit-policy=stop",
            "--replace",
        ],
        [
            "podman",
            "create",
            "--pod",
            "web",
            "--tty",
            "--health-cmd",
            "curl -fs http://localhost:8080/",
            "--label",
            "app=web",
        ],
    ],
)
def test_an_ordinary_command_line_stays_as_it_is(words: list[str]) -> None:
    assert mask_argv(words) == words
