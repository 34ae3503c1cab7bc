"""What the doctor finds, rule by rule, and why a pod is in its state."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from pods.domain.doctor import findings
from pods.domain.endings import exit_words
from pods.domain.findings import Case, Finding, Told, kills_of, throttled_of
from pods.domain.reasons import Reason, reason
from pods.messages import plain
from pods.messages.facts import ContainerFacts, KernelLimits
from pods.messages.resources import HostResources, PortInUse
from pods.messages.specs import PodSpec, Resources
from pods.models import Event, Host, Operation, Pod
from tests.builders import bring_online, container, engine_id, pod
from tests.control.operations import make_operation

pytestmark = pytest.mark.django_db
TAKEN = "starting container abc: cannot listen on the TCP port: listen tcp4 :18080: bind: address already in use"
INFRA = container("web", "infra", is_infra=True)


def ago(seconds: float) -> str:
    return str(int(timezone.now().timestamp() - seconds))


def ended(name: str, code: int, *, seconds: float = 120, **values: Any) -> ContainerFacts:
    facts = {"state": "exited", "pid": None, "exit_code": code, "exited_at": ago(seconds)}
    return container("web", name, **(facts | values))


def case(*containers: ContainerFacts, kills: dict[str, Told] | None = None, **values: Any) -> Case:
    bring_online("alpha", pod("web", **values), containers=containers)
    found = Pod.objects.select_related("host").get(name="web")
    operations = list(Operation.objects.filter(pod=found))
    return Case(found, list(found.containers.filter(removed_at=None)), operations, kills or {})


def again(old: Case) -> Case:
    operations = list(Operation.objects.filter(pod=old.pod))
    return Case(Pod.objects.select_related("host").get(), old.containers, operations, old.kills)


def one(found: Case, code: str) -> Finding:
    (only,) = [finding for finding in findings(found) if finding.code == code]
    return only


def codes(found: Case) -> list[str]:
    return [finding.code for finding in findings(found)]


def why(found: Case) -> str:
    said = reason(found)
    return "" if said is None else said.text


def test_a_pod_that_runs_as_it_should_has_nothing(host: Host) -> None:
    found = case(INFRA, container("web", "app", init=""))
    assert codes(found) == []
    assert reason(found) is None


def test_a_removed_pod_has_nothing(host: Host) -> None:
    case(INFRA, ended("app", 1))
    bring_online("alpha")
    found = Case(Pod.objects.get(), [])
    assert (codes(found), reason(found)) == ([], None)


def test_an_infra_container_that_does_not_run_while_others_do(host: Host) -> None:
    dead = ended("infra", 137, is_infra=True)
    found = case(dead, container("web", "app"), state="Degraded")
    finding = one(found, "infra_down")
    assert (finding.severity, finding.repair, finding.evidence[0]) == ("danger", "restart", "infra: exited 137.")
    assert why(found) == "the infra container does not run"
    # What shares no network is not cut off: then it is enough to start it.
    assert one(case(dead, container("web", "app"), shared_namespaces=("ipc",)), "infra_down").repair == "start_infra"
    assert "infra_down" not in codes(case(dead, ended("app", 0), state="Exited"))


def test_half_a_pod(host: Host) -> None:
    found = case(container("web", "app", state="created", pid=None), infra=None, infra_container_id="", state="Created")
    assert one(found, "infra_missing").repair == "recreate"
    assert why(found) == "its infra container is missing"
    whole = case(container("web", "app"), infra=None, infra_container_id="", shared_namespaces=())
    assert codes(whole) == []


def test_an_infra_image_that_is_gone(host: Host) -> None:
    found = case(INFRA)
    for images, known in (((), False), (("pause:1",), False), (("other:2",), True)):
        said = HostResources(host="alpha", boot="b", epoch=1, sequence=1, at=1, images=images)
        Host.objects.update(resources_json=plain(said))
        assert ("infra_image_missing" in codes(again(found))) is known
    Host.objects.update(resources_json=None)
    assert codes(again(found)) == []


def test_a_cgroup_that_the_engine_forgot(host: Host) -> None:
    assert one(case(INFRA, cgroup_path=None), "cgroup_gone").repair == "recreate"
    assert codes(case(INFRA, cgroup_path=None, shares_cgroup=False)) == []


def test_containers_in_an_old_network(host: Host) -> None:
    found = case(INFRA, container("web", "app"), stale_network=(engine_id("web/app"),))
    assert one(found, "stale_network").title == "app has lost the pod's network"
    assert one(found, "stale_network").repair == "restart"
    assert why(found) == "app lost the pod's network"


def test_a_port_that_is_taken(host: Host, alice: User) -> None:
    found = case(container("web", "infra", is_infra=True, state="created", pid=None), state="Created")
    held = HostResources(host="alpha", boot="b", epoch=1, sequence=1, at=1,
                         ports=(PortInUse(host_ip="", port=18080, protocol="tcp", by="proxy"),))  # fmt: skip
    Host.objects.update(resources_json=plain(held))
    make_operation(alice, found.pod, verb="start", state="failed", engine=TAKEN, ended_at=timezone.now())
    finding = one(again(found), "port_taken")
    assert (finding.title, finding.evidence) == ("Port 18080 is taken", (TAKEN, "It is held by proxy."))
    # A later try that went well ends it, and so does a failure of another kind.
    make_operation(alice, found.pod, verb="start", state="done", ended_at=timezone.now())
    assert "port_taken" not in codes(again(found))


def test_a_pod_that_its_exit_policy_stopped(host: Host, alice: User) -> None:
    stopped = (ended("infra", 0, is_infra=True), ended("app", 0))
    found = case(*stopped, state="Exited", exit_policy="stop")
    assert (one(found, "exit_policy").severity, one(found, "exit_policy").repair) == ("info", "start")
    assert codes(case(*stopped, state="Exited", exit_policy="continue")) == []
    # Whoever stopped it is no exit policy.
    found = case(*stopped, state="Exited", exit_policy="stop")
    at = timezone.now() - timedelta(seconds=121)
    make_operation(alice, found.pod, verb="stop", state="done", asked_at=at, ended_at=at + timedelta(seconds=2))
    assert codes(again(found)) == []


def test_a_restart_loop(host: Host) -> None:
    found = case(INFRA, container("web", "app", restarts=12, started_at=ago(5)))
    assert one(found, "restart_loop").evidence == ("The engine restarted it 12 times.",)
    assert why(found) == "app restarts again and again"
    assert codes(case(INFRA, container("web", "app", restarts=12, started_at=ago(9000)))) == []
    assert codes(case(INFRA, container("web", "app", restarts=1, started_at=ago(5)))) == []


def test_a_kill_for_want_of_memory(host: Host) -> None:
    killed = timezone.now() - timedelta(minutes=2)
    details = {"process": "tail", "pid": 12, "limit": "container", "bytes": 24 << 20}
    found = case(INFRA, ended("db", 137), state="Degraded", kills={"db": Told(killed, details, "kernel log")})
    finding = one(found, "out_of_memory")
    assert (finding.at, finding.container, finding.repair) == (killed, "db", "recreate")
    assert finding.cause.startswith("It reached its own memory limit of 24.0 MiB, and the kernel killed")
    assert finding.evidence == (
        "Kernel log: out of memory: the kernel killed tail (process 12); its memory limit was reached.",
        "db: exited, exit code 137.",
        "Podman itself forgets it at the next start.",
    )
    # It is the reason of the exit code, so that is not told beside it.
    assert "exited" not in codes(found)
    assert why(found) == "db exited 137, out of memory"
    old = {"db": Told(timezone.now() - timedelta(days=3))}
    assert "out_of_memory" not in codes(case(INFRA, ended("db", 137), state="Degraded", kills=old))


def test_a_kill_that_another_end_came_after_is_not_its_reason(host: Host) -> None:
    earlier = {"db": Told(timezone.now() - timedelta(hours=1))}
    found = case(INFRA, ended("db", 137), state="Degraded", kills=earlier)
    assert {"out_of_memory", "exited"} <= set(codes(found))
    assert why(found) == "db exited 137"


def test_a_machine_without_memory_is_not_mended_by_another_limit(host: Host) -> None:
    kill = Told(timezone.now(), {"process": "tail", "pid": 12, "limit": "host"}, "kernel log")
    finding = one(case(INFRA, ended("db", 137), state="Degraded", kills={"db": kill}), "out_of_memory")
    assert "The machine itself had no memory left" in finding.cause
    assert finding.repair is None


def test_a_container_that_is_held_back(host: Host) -> None:
    case(INFRA, container("web", "app", started_at=ago(600)), container("web", "db", started_at=ago(10)))
    found = Pod.objects.select_related("host").get()
    Host.objects.update(epoch=int((timezone.now().timestamp() - 3600) * 1000))
    facts = {"host": host, "pod_engine_id": found.engine_id, "pod_name": "web", "source": "cgroup v1"}
    before = timezone.now() - timedelta(hours=2)
    for number, (name, kind, at) in enumerate(
        [
            ("app", "throttled", timezone.now() - timedelta(minutes=5)),
            ("db", "throttled", timezone.now() - timedelta(minutes=4)),  # before its last start
            ("", "throttled", timezone.now() - timedelta(minutes=3)),
            ("", "unthrottled", timezone.now() - timedelta(minutes=2)),
            ("old", "throttled", before),  # a former boot of the worker's
        ]
    ):
        details = {"share": 62.5} if kind == "throttled" else {"seconds": 60}
        Event.objects.create(key=str(number), at=at, container=name, kind=kind, details=details, **facts)
    found.host.refresh_from_db()
    told = throttled_of(found)
    assert set(told) == {"app", "db"}
    finding = one(Case(found, list(found.containers.all()), throttled=told), "throttled")
    assert (finding.title, finding.container, finding.severity) == ("app is throttled", "app", "warning")
    assert finding.evidence == ("Cgroup v1: throttled: held back in 62.5 % of the periods of its CPU limit.",)


def test_a_container_whose_health_check_fails(host: Host) -> None:
    found = case(INFRA, container("web", "app", health="unhealthy"), container("web", "db", health="healthy"))
    assert (one(found, "unhealthy").container, one(found, "unhealthy").repair) == ("app", "restart")
    assert why(found) == "app is unhealthy"
    assert codes(case(INFRA, container("web", "app", health="starting"))) == []


def test_a_container_that_exited_and_when(host: Host, alice: User) -> None:
    found = case(INFRA, ended("db", 137), container("web", "app"), state="Degraded")
    finding = one(found, "exited")
    assert (finding.title, finding.severity, finding.repair) == ("db exited 137", "warning", "start")
    assert "SIGKILL" in finding.cause
    said = reason(found)
    assert said == Reason("db exited 137", finding.at)
    assert finding.at is not None
    assert 115 < (timezone.now() - finding.at).total_seconds() < 130
    # Asked for, it is no fault.
    at = finding.at - timedelta(seconds=10)
    make_operation(alice, found.pod, verb="stop", state="done", asked_at=at, ended_at=finding.at)
    finding = one(again(found), "exited")
    assert (finding.severity, finding.repair) == ("info", None)
    assert finding.cause == "alice asked for stop at that time, and it did not end by itself."


def test_an_init_container_that_failed(host: Host) -> None:
    found = case(INFRA, ended("setup", 3, init="always"), container("web", "app", state="created", pid=None))
    assert one(found, "init_failed").title == "The init container setup failed"
    assert "exited" not in codes(found)
    assert codes(case(INFRA, ended("setup", 0, init="always"))) == []


def test_a_limit_that_is_not_in_force(host: Host) -> None:
    kernel = KernelLimits(path="/x", memory=-1, cpu_quota=50_000, cpu_period=100_000)
    found = case(INFRA, kernel_limits=kernel)
    Pod.objects.update(spec_json=plain(PodSpec(name="web", resources=Resources(memory=64 << 20, cpu_quota=50_000))))
    finding = one(again(found), "limit_not_in_force")
    assert "Memory.Limit" in finding.title
    assert finding.evidence == ("Asked for: 67108864 (podweb's request). In force: -1 (kernel).",)
    info = found.pod.host.info
    assert info is not None
    Host.objects.update(engine_info=plain(msgspec.structs.replace(info, rootless=True)))
    assert "on cgroup v1" in one(again(found), "limit_not_in_force").cause


def test_a_pod_that_systemd_manages(host: Host) -> None:
    found = case(INFRA)
    Pod.objects.update(systemd_unit="web.service")
    finding = one(again(found), "systemd")
    assert (finding.severity, finding.repair) == ("info", None)


def test_the_gravest_comes_first(host: Host) -> None:
    found = case(ended("infra", 1, is_infra=True), ended("db", 1), container("web", "app"), cgroup_path=None)
    severities = [finding.severity for finding in findings(found)]
    assert severities == sorted(severities, key=["danger", "warning", "info"].index)
    assert len(severities) == 3


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (127, "was not found"),
        (134, "SIGABRT"),
        (129, "SIGHUP"),
        (150, "signal 22"),
        (1, "by itself"),
        (200, "by itself"),
    ],
)
def test_exit_codes_in_words(code: int, words: str) -> None:
    assert words in exit_words(code)


def test_reasons_of_the_other_states(host: Host) -> None:
    fresh = container("web", "app", state="created", pid=None)
    assert why(case(container("web", "infra", is_infra=True, state="created", pid=None), fresh, state="Created")) == (
        "never started"
    )
    assert why(case(INFRA, fresh, state="Degraded")) == "app not running: created"
    assert why(case(INFRA, ended("app", 0), state="Degraded")) == "app ended"
    assert why(case(ended("infra", 0, is_infra=True), ended("app", 0), state="Exited")) == "ended"
    assert why(case(INFRA, ended("a", 1), ended("b", 2, seconds=10), ended("c", 3), state="Degraded")) == (
        "b exited 2, and 2 more"
    )
    four = [ended(name, 0) for name in "abcd"]
    assert why(case(INFRA, *four, state="Degraded")) == "a, b and 2 more ended"
    assert why(case(container("web", "app", state="paused"), state="Paused")) == ""


def test_kills_are_those_of_this_very_pod(host: Host) -> None:
    found = case(INFRA, ended("db", 137), state="Degraded")
    at = timezone.now() - timedelta(minutes=3)
    facts = {"host": host, "kind": "oom", "pod_name": "web", "container": "db"}
    Event.objects.create(key="1", at=at, pod_engine_id=found.pod.engine_id, **facts)
    Event.objects.create(key="2", at=at - timedelta(hours=1), pod_engine_id=found.pod.engine_id, **facts)
    Event.objects.create(key="3", at=timezone.now(), pod_engine_id=engine_id("former"), **facts)
    Event.objects.create(key="4", at=at, pod_engine_id=found.pod.engine_id, **(facts | {"kind": "engine"}))
    assert kills_of(found.pod) == {"db": Told(at)}
