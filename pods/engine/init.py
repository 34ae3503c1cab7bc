"""Which containers are init containers: no engine up to 5.8 says so in a list or an inspect."""

from collections.abc import Iterable, Sequence

INIT_LABEL = "io.podweb.init"  # on what podweb makes: once or always
OPTION = "--init-ctr"


def init_of_command(command: Sequence[str]) -> str | None:
    """Return once or always by the ``podman create`` that made a container, "" for one without the option.

    None where the command cannot tell: there is none, or it is not a ``podman create`` or ``run``.
    """
    for number, word in enumerate(command):
        name, equals, value = word.partition("=")
        if name == OPTION:
            return value if equals else "".join(command[number + 1 : number + 2])
    made_by_podman = bool(command) and command[0].rpartition("/")[2].startswith("podman")
    return "" if made_by_podman and {"create", "run"} & set(command[1:]) else None


def init_names(kube: str) -> set[str]:
    """Return the names under ``initContainers`` in what ``generate kube`` wrote."""
    names: set[str] = set()
    key_at = item_at = -1  # columns of the key initContainers and of its items' dashes; -1: not inside it
    for line in kube.splitlines():
        text = line.strip()
        column = len(line) - len(line.lstrip())
        if text == "initContainers:":
            key_at, item_at = column, -1
            continue
        if key_at < 0 or not text:
            continue
        if item_at < 0 and text.startswith("- "):
            item_at = column
        if column < max(key_at, item_at) or (column == key_at and not text.startswith("-")):
            key_at = -1
        elif column == item_at + 2 * (not text.startswith("-")) and text.removeprefix("- ").startswith("name: "):
            names.add(text.removeprefix("- ").removeprefix("name: ").strip("'\""))
    return names


def is_named(container: str, pod: str, names: Iterable[str]) -> bool:
    """Return whether a container is among the names in the YAML, where newer engines leave out the pod's name."""
    wanted = {name.replace("_", "") for name in names}
    return bool(wanted & {container.replace("_", ""), container.removeprefix(f"{pod}-").replace("_", "")})
