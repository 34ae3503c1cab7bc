"""The log of a pod: its page, and the whole of it as a file."""

import re
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from pods.dispatch.reader import StreamReader
from pods.dispatch.streams import MOST_LINES, open_log
from pods.domain import access
from pods.domain.errors import Invalid
from pods.messages.streams import WINDOW, LogRequest
from pods.models import Container, Pod
from pods.web.pages.access import SignedInRequest, with_role

TAIL = 1000  # lines of each container, unless chosen
TAILS = (1000, 10_000, 100_000)
_AGO = re.compile(r"(\d{1,6})\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment(text: str, field: str) -> float | None:
    """Return ``15m``, ``2h``, ``1d`` (ago) or an ISO time (without a zone: UTC) as seconds since 1970; None for "".

    Raises Invalid.
    """
    text = text.strip()
    if not text:
        return None
    if match := _AGO.fullmatch(text.lower().removesuffix(" ago")):
        return (timezone.now() - timedelta(**{_UNITS[match[2]]: int(match[1])})).timestamp()
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        hint = "Write 15m, 2h or 1d (ago), or a time such as 2026-11-25T10:00 (UTC)."
        raise Invalid("invalid", f"{field} is no time.", field=field, hint=hint) from error


def tail_of(text: str) -> int | None:
    """Return how many last lines of each container; None for all. Raises Invalid."""
    if text == "all":
        return None
    if not text:
        return TAIL
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST_LINES:
        hint = f"Write all, or a number from 1 to {MOST_LINES}."
        raise Invalid("invalid", "tail is no number of lines.", field="tail", hint=hint)
    return int(text)


@require_GET
@with_role
def logs_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the log of a pod as it runs. ``?since=&until=&tail=`` choose."""
    pod = get_object_or_404(access.visible_pods(request.user).select_related("host"), pk=pk)
    chosen = {name: request.GET.get(name, "").strip() for name in ("since", "until", "tail")}
    since, until = moment(chosen["since"], "since"), moment(chosen["until"], "until")
    # Who names a time wants what was said since then, not the end of it.
    tail = None if since is not None and not chosen["tail"] else tail_of(chosen["tail"])
    context = {"pod": pod, "chosen": chosen, "since": since, "until": until, "tail": tail, "tails": TAILS}
    return render(request, "streams/logs.html", context)


@sync_to_async
def _prepare(request: HttpRequest, pk: int, reader: str) -> tuple[User, Pod, LogRequest] | HttpResponse:
    """Return what to open, in a thread: it asks the database. Signed out: the way to the sign-in page."""

    @with_role
    def find(request: SignedInRequest) -> HttpResponse:
        pod = get_object_or_404(access.visible_pods(request.user).select_related("host"), pk=pk)
        found.append((request.user, pod))
        return HttpResponse()

    found: list[tuple[User, Pod]] = []
    answer = find(request)
    if not found:
        return answer
    ((user, pod),) = found
    names = request.GET.getlist("container")
    ids = Container.objects.filter(pod=pod, name__in=names).values_list("engine_id", flat=True)
    log_request = LogRequest(
        stream=uuid.uuid4().hex,
        reader=reader,
        host=pod.host.slug,
        pod_id=pod.engine_id,
        window=WINDOW,
        containers=tuple(ids),
        since=moment(request.GET.get("since", ""), "since"),
        until=moment(request.GET.get("until", ""), "until"),
        tail=tail_of(request.GET.get("tail", "all")),
        follow=False,
    )
    return user, pod, log_request


@require_GET
async def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the log as text, each line with time, container and output before it. No more is kept than one window."""
    reader = StreamReader()
    prepared = await _prepare(request, pk, reader.id)
    if isinstance(prepared, HttpResponse):
        return prepared
    user, pod, log_request = prepared
    await reader.begin(log_request.stream, log_request.host)
    try:
        await sync_to_async(open_log)(user, pod, log_request)
    except BaseException:
        await reader.close()
        raise
    response = StreamingHttpResponse(_text(reader), content_type="text/plain; charset=utf-8")
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", pod.name)
    response["Content-Disposition"] = f'attachment; filename="{name}.log"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


async def _text(reader: StreamReader) -> AsyncIterator[str]:
    words = {"o": "stdout", "e": "stderr", "m": "event"}
    try:
        async for lines, names in reader.lines():
            made = []
            for line in lines.splitlines():
                number, kind, at, text = line.split(" ", 3)
                when = datetime.fromtimestamp(int(at.partition(".")[0]), UTC)
                made.append(f"{when:%Y-%m-%dT%H:%M:%S}Z {names[int(number)]} {words[kind]} {text}\n")
            yield "".join(made)
        if reader.problem:
            yield f"# {reader.problem}\n"
    finally:
        await reader.close()
