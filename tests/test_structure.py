"""What holds for the tree as a whole and no linter checks."""

import re
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCES = [
    path
    for pattern in ("podweb/*.py", "pods/**/*.py", "static/js/**/*.js")
    for path in sorted(REPOSITORY.glob(pattern))
    if "migrations" not in path.parts
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_no_file_is_too_long_to_be_found_in(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


def test_templates_hold_no_script_or_style_of_their_own() -> None:
    for path in (REPOSITORY / "templates").rglob("*.html"):
        # What stands in Django's own tags is no HTML: an include may take a "style".
        text = re.sub(r"{%.*?%}", "", path.read_text())
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text), path


def test_compose_mounts_the_engines_socket_into_the_host_worker_alone() -> None:
    services = yaml.safe_load((REPOSITORY / "compose.yaml").read_text())["services"]
    assert set(services) == {"postgres", "redis", "prepare", "web", "control", "beat", "host"}
    with_socket = {name for name, one in services.items() if "podman.sock" in str(one.get("volumes"))}
    with_database = {name for name, one in services.items() if "DATABASE_URL" in str(one.get("environment"))}
    assert with_socket == {"host"}
    assert with_database == {"prepare", "web", "control", "beat"}


def test_compose_names_only_secrets_that_are_drawn() -> None:
    compose = yaml.safe_load((REPOSITORY / "compose.yaml").read_text())
    drawn = (REPOSITORY / ".ci" / "draw-secrets").read_text()
    for secret in compose["secrets"].values():
        assert re.search(rf"> {Path(secret['file']).name}\b", drawn), secret


def test_the_documents_name_only_files_that_exist() -> None:
    for document in [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
