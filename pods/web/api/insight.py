"""What the kernel's files on the pod's host tell: the tree of its cgroups and its namespaces."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec
from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from pods.dispatch.questions import ask_question
from pods.domain import access
from pods.domain.cgroup_tree import judge, rest
from pods.domain.doctor import findings
from pods.domain.findings import Case, kills_of, throttled_of
from pods.domain.namespaces import mismatches
from pods.domain.reasons import reason
from pods.messages import decode, plain
from pods.messages.insight import CgroupTree, Namespaces
from pods.messages.questions import Kind
from pods.models import Pod
from pods.web.api.asking import require_known
from pods.web.api.fields import many, nullable, ref
from pods.web.api.parts import AT, Question


def whole(value: Any) -> Any:
    """Return a message as JSON with every field: what is unknown is null and not left out."""
    if isinstance(value, msgspec.Struct):
        return {name: whole(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, Mapping):
        return {key: whole(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [whole(one) for one in value]
    return value


def also(shape: str, **more: Any) -> dict[str, Any]:
    """Return the schema of a message with more beside it."""
    return {"allOf": [ref(shape), {"type": "object", "properties": {**more, "at": AT}}]}


class Tree(Question):
    """The tree of the pod's cgroups with usage, totals and limits of each."""

    kind = Kind.CGROUP_TREE

    @extend_schema(
        operation_id="read_cgroup_tree",
        responses={
            200: also(
                "CgroupTree",
                judged={"type": "object", "additionalProperties": many(ref("Limit"))},
                rest=nullable(ref("Rest")),
            )
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        """Read the tree of the pod's cgroups. It takes half a second: rates need two readings.

        `judged` has of each node's path what was declared, what the kernel holds to, and what the cgroups above leave
        of it; `rest` is what the pod's cgroup counts and no cgroup that is left in it does.
        """
        require_known(request, ())
        pod = get_object_or_404(access.visible_pods(request.user).select_related("host"), pk=pk)
        answer = ask_question(cast(User, request.user), pod, self.kind)
        tree = decode(answer.result, CgroupTree)
        judged = judge(tree, pod.host.info, pod.resource_limits(), pod.spec)
        limits = {one.node.path: plain(one.limits) for one in judged if one.node.path}
        return Response({**whole(tree), "judged": limits, "rest": plain(rest(tree)), "at": answer.at})


class Spaces(Question):
    """Which namespaces the pod's running containers are in."""

    kind = Kind.NAMESPACES

    @extend_schema(
        operation_id="read_namespaces", responses={200: also("Namespaces", mismatches=many(ref("Mismatch")))}
    )
    def get(self, request: Request, pk: int) -> Response:
        """Read the namespaces of the pod's running containers by inode: two that are equal are shared.

        `mismatches` are containers that are elsewhere than the pod was made to have them.
        """
        answer = self.ask(request, pk)
        found = decode(answer.result, Namespaces)
        return Response({**whole(found), "mismatches": plain(mismatches(found)), "at": answer.at})


class Findings(GenericAPIView[Pod]):
    """What is wrong with the pod, as far as its rows tell."""

    @extend_schema(
        operation_id="list_findings",
        responses={
            200: {
                "type": "object",
                "required": ["reason", "findings"],
                "properties": {"reason": nullable(ref("Reason")), "findings": many(ref("Finding"))},
            }
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        """Tell what is wrong with the pod, with cause, evidence and repair, and why it is in its state.

        `repair` is an action of the pod, `recreate` (a clone), or null.
        """
        require_known(request, ())
        pod = get_object_or_404(access.visible_pods(request.user).select_related("host"), pk=pk)
        containers = list(pod.containers.filter(removed_at=None))
        operations = list(access.visible_operations(request.user).filter(pod=pod)[:20])
        case = Case(pod, containers, operations, kills_of(pod), throttled_of(pod))
        return Response({"reason": plain(reason(case)), "findings": plain(findings(case))})
