"""What the pages of a new pod and of a new container have in common: reading, showing and answering their form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render

from pods.domain.errors import InvalidSpec, Problem
from pods.domain.specs.preview import Previews
from pods.messages.specs import ContainerSpec, PodSpec
from pods.models import Host
from pods.web.pages.access import SignedInRequest
from pods.web.pages.spec_form import Complaint, Kind, Typed, complaints, form_groups, raw_of, suggestions, typed_into

S = TypeVar("S", PodSpec, ContainerSpec)
# What the preview calls a thing that has no name or image yet.
PLACEHOLDERS = {"name": "NAME", "image": "IMAGE"}
TITLES = {"command": "Command", "kube": "Kube YAML", "quadlet": "Quadlet"}
LEAVING_OUT_AT_MOST = 3  # times; leaving out one field may make another wrong


@dataclass(frozen=True)
class Panel:
    """One way to say the same."""

    name: str
    title: str
    text: str


@dataclass(frozen=True)
class Preview:
    """The spec in other words. ``left_out`` are labels of fields that are wrong; ``notes`` say what words cannot."""

    panels: tuple[Panel, ...]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return what the page's scripts show."""
        return {
            "texts": {panel.name: panel.text for panel in self.panels},
            "left_out": self.left_out,
            "notes": self.notes,
        }


@dataclass(frozen=True)
class Maker(Generic[S]):
    """How one kind of thing is read from its form and shown in other words."""

    kind: Kind
    host: Host
    parse: Callable[[dict[str, Any]], S]
    preview: Callable[[S], Previews]
    containers: Sequence[str] = ()


@dataclass(frozen=True)
class Page:
    """The words of a page with a form."""

    heading: str
    crumbs: tuple[tuple[str, str], ...]
    action: str
    preview_url: str
    back: str
    start_words: str
    submit_words: str
    notes: tuple[tuple[str, str], ...] = ()  # (tone, text)


def wrong_with(maker: Maker[S], typed: Typed) -> tuple[Complaint, ...]:
    """Return what is wrong with what was typed."""
    try:
        maker.parse(raw_of(maker.kind, typed))
    except InvalidSpec as invalid:
        return complaints(maker.kind, invalid.problems)
    return ()


def preview_of(maker: Maker[S], typed: Typed, wrong: Sequence[Complaint]) -> Preview:
    """Return what was typed in other words, without the fields that are wrong."""
    needed = maker.kind.required
    shown = typed | ({} if typed.get(needed) else {needed: PLACEHOLDERS[needed]})
    out: set[str] = set()
    for _ in range(LEAVING_OUT_AT_MOST):
        try:
            spec = maker.parse(raw_of(maker.kind, shown, out))
        except InvalidSpec as invalid:
            found = {one.field for one in complaints(maker.kind, invalid.problems)}
            if needed in found:
                shown |= {needed: PLACEHOLDERS[needed]}
            out |= found - {needed, ""}
            continue
        said = maker.preview(spec)
        texts = {"command": said.command, "kube": said.kube, "quadlet": said.quadlet}
        labels = {option.field: option.label for option in maker.kind.options}
        panels = tuple(Panel(name, TITLES[name], text) for name, text in texts.items())
        return Preview(
            panels,
            tuple(labels[name] for name in sorted(out)),
            tuple(f"{labels.get(name, name)} is not in the command: {why}." for name, why in said.unsaid.items()),
        )
    panels = tuple(Panel(name, title, "") for name, title in TITLES.items())
    return Preview(panels, tuple(sorted({one.label or "the whole" for one in wrong})), ())


def answer_preview(maker: Maker[S], sent: QueryDict) -> JsonResponse:
    """Answer the page's scripts: the spec in other words, and what is wrong where."""
    typed = typed_into(maker.kind, sent)
    wrong = wrong_with(maker, typed)
    shown = preview_of(maker, typed, wrong).as_dict()
    return JsonResponse(shown | {"problems": [one.as_dict() for one in wrong if one.field]})


def show(
    request: SignedInRequest,
    maker: Maker[S],
    page: Page,
    typed: Typed,
    *,
    start: bool = True,
    wrong: Sequence[Complaint] = (),
    status: int = 200,
) -> HttpResponse:
    """Show the form with what was typed, what is wrong with it, and the preview beside it."""
    context = {
        "page": page,
        "groups": form_groups(maker.kind, typed, maker.host, wrong),
        "problems": wrong,
        "suggestions": suggestions(maker.host, maker.containers),
        "start": start,
        "preview": preview_of(maker, typed, wrong),
    }
    return render(request, "specs/form.html", context, status=status)


def of_problem(problem: Problem) -> tuple[Complaint, ...]:
    """Return a refusal that belongs to no field, as the form says it."""
    return (Complaint("", None, "", problem.message, problem.hint or ""),)


def submitted(
    request: SignedInRequest, maker: Maker[S], page: Page, ask: Callable[[S, bool], HttpResponse]
) -> HttpResponse:
    """Answer a sent form: ``ask`` where it is right, else the form again with what was typed and status 400 or so."""
    typed = typed_into(maker.kind, request.POST)
    start = "start" in request.POST
    if "preview" in request.POST:
        return show(request, maker, page, typed, start=start, wrong=wrong_with(maker, typed))
    try:
        return ask(maker.parse(raw_of(maker.kind, typed)), start)
    except InvalidSpec as invalid:
        wrong = complaints(maker.kind, invalid.problems)
        return show(request, maker, page, typed, start=start, wrong=wrong, status=invalid.status)
    except Problem as problem:
        return show(request, maker, page, typed, start=start, wrong=of_problem(problem), status=problem.status)
