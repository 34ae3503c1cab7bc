"""Pictures of a page, in light and dark, named so that the index shows them side by side."""

import html
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

FOLDER = Path(__file__).resolve().parents[2] / "build" / "screenshots"
WIDTHS = (1400, 400)
LONGEST = 2800  # px; a list of 100 rows is as good by then
SETTLED = 400  # ms; for charts, which are drawn anew in other colours
SCHEMES = ("light", "dark")


@dataclass(frozen=True)
class Camera:
    """Writes pictures into ``folder``."""

    folder: Path = FOLDER

    def take(self, page: Page, name: str, *, whole: bool = True) -> None:
        """Write ``name-WIDTH-light.png`` and ``name-WIDTH-dark.png``; ``whole`` is the page, not only its window."""
        window = page.viewport_size
        assert window is not None
        width = window["width"]
        page.mouse.move(0, 0)  # what the pointer points out belongs to no picture
        if whole:
            # A window as high as the page: what is drawn only where it is seen is drawn, too.
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": max(window["height"], min(LONGEST, height))})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
            page.wait_for_timeout(SETTLED)
            page.screenshot(path=self.folder / f"{name}-{width}-{scheme}.png", animations="disabled")
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_viewport_size(window)


def write_index(folder: Path) -> None:
    """Write ``index.html``: a line for each page, and in it each of its pictures."""
    names = sorted({path.name.rsplit("-", 2)[0] for path in folder.glob("*.png")})
    lines = []
    for name in names:
        pictures = [folder / f"{name}-{width}-{scheme}.png" for width in WIDTHS for scheme in SCHEMES]
        shown = "".join(
            f'<a href="{one.name}"><img loading="lazy" height="420" src="{one.name}" alt="{one.stem}"></a>\n'
            for one in pictures
            if one.exists()
        )
        lines.append(f"<h2>{html.escape(name)}</h2>\n<p>{shown}</p>")
    head = '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Pages of podweb</title>\n'
    (folder / "index.html").write_text(head + "<h1>Pages of podweb</h1>\n" + "\n".join(lines) + "\n")
