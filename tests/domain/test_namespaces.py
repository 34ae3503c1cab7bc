"""Who shares what with whom, and what is otherwise than it was made to be."""

import msgspec

from pods.domain.namespaces import Lane, lanes, mismatches
from pods.messages.insight import Namespaces
from tests.builders import engine_id
from tests.insight import HOST, member, spaces


def lane(kind: str, found: Namespaces) -> Lane:
    return next(one for one in lanes(found) if one.kind == kind)


def shape(one: Lane) -> list[tuple[str, list[str]]]:
    return [(group.whose, [each.name for each in group.members]) for group in one.groups]


def test_a_usual_pod_shares_its_network_and_not_its_processes() -> None:
    found = spaces()
    assert shape(lane("net", found)) == [("pod", ["infra", "app", "db"])]
    assert shape(lane("pid", found)) == [("own", ["infra"]), ("own", ["app"]), ("own", ["db"])]
    assert shape(lane("user", found)) == [("host", ["infra", "app", "db"])]
    assert lane("net", found).shared
    assert not lane("pid", found).shared
    assert mismatches(found) == ()


def test_a_container_left_in_the_old_network_is_stale() -> None:
    found = spaces(member("infra", 1), member("app", 2, net=99), member("db", 3))
    (one,) = mismatches(found)
    assert (one.name, one.kind, one.code, one.serious) == ("app", "net", "stale", True)
    assert "Restart the pod" in one.hint
    assert lane("net", found).wrong == {engine_id("web/app")}
    assert shape(lane("net", found)) == [("pod", ["infra", "db"]), ("own", ["app"])]


def test_all_containers_left_behind_together_are_some_without_the_pod() -> None:
    found = spaces(member("infra", 1), member("app", 2, net=99), member("db", 3, net=99))
    assert shape(lane("net", found)) == [("some", ["app", "db"]), ("own", ["infra"])]
    assert len(mismatches(found)) == 2


def test_a_container_with_a_network_of_its_own_is_named() -> None:
    found = spaces(member("infra", 1), member("app", 2, net=99, modes={"net": "bridge"}))
    (one,) = mismatches(found)
    assert (one.code, one.serious) == ("own", False)
    assert "localhost" in one.hint


def test_a_container_on_the_hosts_network_is_named() -> None:
    found = spaces(member("infra", 1), member("app", 2, net=HOST["net"], modes={"net": "host"}))
    (one,) = mismatches(found)
    assert one.code == "host"
    assert shape(lane("net", found))[0] == ("host", ["app"])


def test_a_pod_on_the_hosts_network_says_so_once() -> None:
    names = ("infra", "app", "db")
    found = spaces(*(member(name, number, net=HOST["net"]) for number, name in enumerate(names)))
    (one,) = mismatches(found)
    assert (one.name, one.code) == ("infra", "host")


def test_what_is_shared_although_it_was_not_made_so_is_named() -> None:
    found = spaces(member("infra", 1), member("app", 2, pid=14))
    (one,) = mismatches(found)
    assert (one.kind, one.code) == ("pid", "joined")


def test_a_pod_without_an_infra_container_has_groups_and_no_mismatches() -> None:
    found = spaces(member("app", 2, shares=()), member("db", 3, shares=()), shared=(), infra="")
    assert mismatches(found) == ()
    assert len(lane("net", found).groups) == 2


def test_an_inode_that_cannot_be_read_is_unknown_and_in_no_group() -> None:
    app = member("app", 2)
    app = msgspec.structs.replace(app, inodes={**app.inodes, "net": 0}, missing={"net": "denied"})
    app = msgspec.structs.replace(app, inodes={key: value for key, value in app.inodes.items() if value})
    one = lane("net", spaces(member("infra", 1), app))
    assert shape(one) == [("own", ["infra"])]
    assert [each.name for each in one.unknown] == ["app"]


def test_the_users_of_a_rootless_engine_are_no_mismatch() -> None:
    rootless = (member("infra", 1, user=77), member("app", 2, user=77))
    found = spaces(*rootless)
    assert mismatches(found) == ()
    assert shape(lane("user", found)) == [("pod", ["infra", "app"])]
