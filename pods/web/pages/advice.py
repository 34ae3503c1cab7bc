"""What the doctor found, each with the repair that its reader may ask for."""

from dataclasses import dataclass

from pods.domain.doctor import findings
from pods.domain.findings import RECREATE, Case, Finding
from pods.domain.verbs import refusal
from pods.messages.names import Verb
from pods.web.pages.rows import Choice, Row, choice


@dataclass(frozen=True)
class Advice:
    """``choice`` is the button of a repair that is a verb; ``recreate``: the form for another pod like this one."""

    finding: Finding
    choice: Choice | None
    recreate: bool


def advice_of(case: Case, row: Row) -> list[Advice]:
    """Return the findings; repairs only for who may operate, and only what makes sense now."""
    return [_advice(one, case, row) for one in findings(case)]


def _advice(finding: Finding, case: Case, row: Row) -> Advice:
    if not row.may_operate or finding.repair is None:
        return Advice(finding, None, recreate=False)
    if finding.repair == RECREATE:
        # Half a pod keeps its name until it is removed.
        offered = choice(case.pod, Verb.REMOVE) if finding.code == "infra_missing" else None
        return Advice(finding, offered, recreate=True)
    verb = Verb(finding.repair)
    sensible = refusal(case.pod, verb, [one.state for one in case.containers]) is None
    return Advice(finding, choice(case.pod, verb) if sensible else None, recreate=False)
