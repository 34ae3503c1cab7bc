"""Numbers of the pages about cgroups and processes, in words. Unknown is a dash with its reason on hover."""

from collections.abc import Mapping
from datetime import UTC, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pods.domain.cgroup_tree import NO_LIMIT, Limit
from pods.templatetags.podweb import byte_size

register = template.Library()
DASH = "\N{EN DASH}"
RATES = ("B/s", "kB/s", "MB/s", "GB/s")


@register.filter
def or_dash(value: object, reason: str | None) -> SafeString | object:
    """Return the value, or a dash with the reason on hover."""
    if value is None or value == "":
        return format_html('<span class="unknown" title="{}">{}</span>', reason or "not known here", DASH)
    return value


@register.filter
def percent(value: float | None) -> str | None:
    """Return percent; None stays None."""
    return None if value is None else f"{value:.{2 if value < 10 else 1}f}\N{NO-BREAK SPACE}%"


@register.filter
def sized(value: int | None) -> str | None:
    """Return bytes in binary units; None stays None."""
    return None if value is None else byte_size(value).replace(" ", "\N{NO-BREAK SPACE}")


@register.filter
def per_second(value: float | None) -> str | None:
    """Return bytes per second in decimal units; None stays None."""
    if value is None:
        return None
    for unit in RATES:
        if value < 1000 or unit == RATES[-1]:
            return (
                f"{value:.0f}\N{NO-BREAK SPACE}{unit}" if unit == RATES[0] else f"{value:.1f}\N{NO-BREAK SPACE}{unit}"
            )
        value /= 1000
    return None


@register.filter
def cpu_time(nanoseconds: int | None) -> str | None:
    """Return time on processors; None stays None."""
    if nanoseconds is None:
        return None
    seconds = nanoseconds / 1e9
    if seconds >= 3600:
        return f"{seconds / 3600:.1f}\N{NO-BREAK SPACE}h"
    if seconds >= 60:
        return f"{seconds / 60:.1f}\N{NO-BREAK SPACE}min"
    return f"{seconds:.2f}\N{NO-BREAK SPACE}s"


@register.filter
def micro_time(microseconds: int | None) -> str | None:
    """Return a time given in µs; None stays None."""
    return None if microseconds is None else cpu_time(microseconds * 1000)


@register.simple_tag
def limit_value(limit: Limit, which: str) -> str | SafeString:
    """Return the value ``which`` (declared, kernel, effective) of a limit in its unit."""
    value = getattr(limit, which)
    if value is None:
        if which == "declared":
            return format_html('<span class="nothing">{}</span>', "none")
        return format_html('<span class="unknown" title="{}">{}</span>', limit.reason or "not known here", DASH)
    if value == NO_LIMIT:
        return "no limit"
    if value == "":
        return "all of its parent's"
    if limit.name == "cpu":
        return f"{float(value):g} core{'' if value == 1 else 's'}"
    return byte_size(int(value)) if limit.name == "memory" else str(value)


@register.filter
def entry(mapping: Mapping[str, object], key: str) -> object:
    """Return what a mapping has under ``key``, None where it has nothing."""
    return mapping.get(key)


@register.filter
def moment(seconds: float) -> datetime:
    """Return seconds since 1970 as a time."""
    return datetime.fromtimestamp(seconds, UTC)
