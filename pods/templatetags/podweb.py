"""Words and shapes that several templates need."""

import json
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
# The tone of PatternFly's label for a pod's or container's state; the word itself is always shown beside it.
TONES = {
    "running": "pf-m-green",
    "degraded": "pf-m-orange",
    "paused": "pf-m-blue",
    "error": "pf-m-red",
    "dead": "pf-m-red",
    "": "pf-m-grey",
}


@register.filter
def tone(state: str) -> str:
    """Return the colour class of a state."""
    return TONES.get(state.lower(), TONES[""])


@register.filter
def verb_word(verb: str) -> str:
    """Return what a verb is called in a sentence: ``add_container`` is "Add container"."""
    return verb.replace("_", " ").capitalize()


@register.filter
def is_of_pods(page: str | None) -> bool:
    """Return whether the page of this name is about pods."""
    return page is not None and page.startswith(("pod", "container", "prune"))


@register.simple_tag
def tones() -> str:
    """Return the colour classes by state as JSON, for the page's scripts; "" is that of every other state."""
    return json.dumps(TONES)


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """Return ``<time>`` with the age in words, which the page counts on, and the exact moment; "never" for none."""
    if moment is None:
        return "never"
    seconds = max(0, int((timezone.now() - moment).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            words = f"{seconds // size} {unit} ago"
            break
    else:
        words = f"{seconds} s ago"
    exact = moment.isoformat(timespec="seconds")
    return format_html('<time datetime="{}" title="{}" data-age="{}">{}</time>', exact, exact, seconds, words)


@register.filter
def clock(moment: datetime | None) -> SafeString | str:
    """Return ``<time>`` with the time of day, which the page puts into the reader's time zone; "never" for none."""
    if moment is None:
        return "never"
    exact = moment.isoformat(timespec="seconds")
    return format_html('<time class="clock" datetime="{}" title="{}">{}</time>', exact, exact, f"{moment:%H:%M:%S}")


@register.filter
def or_unknown(value: object, reason: str) -> SafeString | object:
    """Return the value, or the word "unknown" with its reason on hover."""
    if value is None or value == "":
        return format_html('<span class="unknown" title="{}">unknown</span>', reason)
    return value


@register.filter
def byte_size(size: int | None) -> str:
    """Return bytes in binary units; "" for None."""
    if size is None:
        return ""
    number = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024 or unit == "GiB":
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return ""


@register.filter
def lasted(seconds: float | None) -> str:
    """Return a length of time in words; "" for None."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
