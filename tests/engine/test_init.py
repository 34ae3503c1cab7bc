"""Which containers are init containers, by what engines of several versions leave of it."""

import pytest

from pods.engine.init import init_names, init_of_command, is_named

GENERATED = """# Created with podman-4.3.1
apiVersion: v1
kind: Pod
spec:
  containers:
  - command:
    - sleep
    env:
    - name: NOT_THIS
      value: x
    name: web-main
  hostname: web
  initContainers:
  - command:
    - "true"
    env:
    - name: NOR_THIS
    image: i
    name: web-prep
    resources: {}
  - image: i
    name: "second"
  restartPolicy: Never
"""


@pytest.mark.parametrize(
    ("command", "init"),
    [
        (["podman", "create", "--init-ctr", "always", "i"], "always"),
        (["/usr/bin/podman", "create", "--init-ctr=once", "i"], "once"),
        (["podman", "run", "-d", "i"], ""),
        (["podman-remote", "create", "i"], ""),
        (["podman", "kube", "play", "x.yaml"], None),
        (["podweb", "operation", "1"], None),
        ([], None),
    ],
)
def test_the_makers_command_tells(command: list[str], init: str | None) -> None:
    assert init_of_command(command) == init


def test_generated_yaml_names_them() -> None:
    assert init_names(GENERATED) == {"web-prep", "second"}
    assert init_names("spec:\n  containers:\n  - name: a\n") == set()
    assert init_names("spec:\n  initContainers:\n    - name: a\n      image: i\n  x: 1\n") == {"a"}


def test_newer_engines_leave_out_the_pods_name() -> None:
    assert is_named("web-prep", "web", {"prep"})
    assert is_named("web_prep", "web", {"webprep"})
    assert not is_named("web-main", "web", {"prep"})
