"""Images: are they there, and how they come."""

from collections.abc import Callable
from typing import cast
from urllib.parse import quote

import msgspec

from pods.engine.errors import NotFoundError, RefusedError
from pods.engine.transport import Engine, decode


class _Image(msgspec.Struct):
    Id: str = ""
    RepoTags: list[str] | None = None


# An engine without images may answer null.
_Images = cast("type[list[_Image] | None]", list[_Image] | None)


class _Progress(msgspec.Struct):
    stream: str = ""
    error: str = ""
    id: str = ""


def exists(engine: Engine, image: str, *, timeout: float) -> bool:
    """Return whether the engine has the image, by name, short name or id."""
    try:
        engine.request("GET", f"/images/{quote(image, safe='')}/exists", timeout=timeout)
    except NotFoundError:
        return False
    return True


def names(engine: Engine, *, timeout: float) -> list[str]:
    """Return the names (with their tags) of all named images, sorted."""
    found = engine.get("/images/json", _Images, timeout=timeout) or []
    return sorted({name for image in found for name in image.RepoTags or () if not name.startswith("<none>")})


def pull(engine: Engine, image: str, *, policy: str, left: Callable[[], float]) -> str:
    """Pull the image and return its id. ``left`` gives the seconds until the deadline and raises behind it.

    The engine answers 200 before it knows; what went wrong stands in the last line. Raises RefusedError.
    """
    params = {"reference": image, "policy": policy}
    found = ""
    with engine.stream("/images/pull", method="POST", params=params, silence=left()) as stream:
        for line in stream.until_end():
            progress = decode(line, _Progress)
            if progress.error:
                raise RefusedError(f"The image {image} could not be pulled.", engine=progress.error)
            found = progress.id or found
            left()
    if not found:
        raise RefusedError(f"The image {image} could not be pulled.", engine="")
    return found
