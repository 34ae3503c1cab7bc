"""The OpenAPI 3.1 document: from the views, the serializers and the typed messages themselves, so it cannot drift."""

from typing import Any

import msgspec
from drf_spectacular.openapi import AutoSchema

from pods.domain.answers import Accessor
from pods.domain.cgroup_tree import Limit, Rest
from pods.domain.findings import Finding
from pods.domain.namespaces import Mismatch
from pods.domain.reasons import Reason
from pods.domain.specs.preview import Previews
from pods.messages import facts, hosts, insight, operations, questions, specs
from pods.web.api.fields import TEXT, many, nullable, ref

SHAPES = (
    *(facts.ResourceLimits, facts.KernelLimits, facts.InfraFacts, facts.PortMapping),
    *(hosts.EngineInfo, hosts.Attempt),
    *(operations.Part, operations.Step, operations.CgroupAnswer),
    questions.Processes,
    *(specs.PodSpec, specs.ContainerSpec),
    *(Accessor, Previews),
    *(insight.CgroupTree, insight.Namespaces, Limit, Rest, Mismatch, Finding, Reason),
)
PROBLEM = {
    "type": "object",
    "description": "What is said of everything that cannot be. `code` is stable.",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "string", "description": "Stable, for programs."},
        "message": {"type": "string", "description": "What is wrong, for a person."},
        "field": {"type": "string", "description": "The field or parameter that is wrong, as `ports[0].host_port`."},
        "hint": {"type": "string", "description": "What to do."},
        "engine": {"type": "string", "description": "The engine's own words."},
        "problems": {
            **many({"type": "object", "additionalProperties": TEXT}),
            "description": "Everything that is wrong with a spec, where that is more than one thing.",
        },
    },
}
RESPONSES: dict[int, tuple[str, str, dict[str, str]]] = {
    400: ("Invalid", "What was sent is malformed; nothing was done.", {"code": "invalid", "message": "This is wrong."}),
    401: ("NotSignedIn", "No token and no session.", {"code": "not_authenticated", "message": "Say who you are."}),
    403: ("Denied", "You may not do this.", {"code": "denied", "message": "You may look, but not act, on this host."}),
    404: ("Missing", "There is no such thing, or none that you may see.", {"code": "not_found", "message": "No."}),
    406: ("NotAcceptable", "The API answers JSON.", {"code": "not_acceptable", "message": "Only JSON is answered."}),
    409: ("Conflict", "It makes no sense as things are.", {"code": "wrong_state", "message": "Nothing in it runs."}),
    415: ("UnsupportedType", "The API takes JSON.", {"code": "unsupported_media_type", "message": "Only JSON."}),
    503: ("Unavailable", "Broker, host or engine do not answer.", {"code": "host_silent", "message": "It is silent."}),
}
ALWAYS = (401, 403, 406)


class Schema(AutoSchema):
    """Says of every operation with which problems it may answer; a view names what it adds to the usual ones."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        asking = self.method in {"POST", "DELETE"}
        own = getattr(self.view, "problems", ())
        statuses = {*ALWAYS, *own, 400, 404, *((409, 415, 503) if asking else ())}
        for status in sorted(statuses):
            bodies.setdefault(str(status), {"$ref": f"#/components/responses/{RESPONSES[status][0]}"})
        return bodies


def add_shapes(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the typed messages, the problem and its responses to the document (a drf-spectacular hook)."""
    components = result.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    shapes: dict[str, dict[str, Any]]
    _references, shapes = msgspec.json.schema_components(SHAPES, ref_template="#/components/schemas/{name}")
    for name, shape in shapes.items():
        shape.pop("title", None)
        schemas[name] = shape
    schemas["Problem"] = PROBLEM
    schemas["NewPod"] = new_pod(shapes["PodSpec"])
    schemas["NewContainer"] = new_container(shapes["ContainerSpec"])
    components["responses"] = {
        name: {
            "description": description,
            "content": {"application/json": {"schema": ref("Problem"), "example": example}},
        }
        for name, description, example in RESPONSES.values()
    }
    return result


def new_pod(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the body that asks for a pod: every option of the spec, the host, and whether to start."""
    own = {
        "host": {"type": "string", "description": "The host's slug."},
        "start": {"type": "boolean", "default": True},
    }
    return {
        **spec,
        "description": "A pod to be made. Options may also be written as for `podman pod create`: `8080:80`, `1g`.",
        "properties": {**own, **spec["properties"]},
        "required": ["host", *spec["required"]],
        "additionalProperties": False,
    }


def new_container(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the body that asks for a container."""
    return {
        **spec,
        "description": "A container to be added to a pod. Options may also be written as for `podman create`.",
        "properties": {"start": {"type": "boolean", "default": True}, **spec["properties"]},
        "additionalProperties": False,
    }


PRUNED = {
    "type": "object",
    "required": ["group", "results"],
    "properties": {
        "group": {**nullable({"type": "string", "format": "uuid"}), "description": "Shared by the operations."},
        "results": many(
            {
                "type": "object",
                "required": ["pod"],
                "properties": {
                    "pod": {"type": "integer"},
                    "operation": ref("Asked"),
                    "problem": ref("Problem"),
                },
                "description": "The pod's operation, or what speaks against it.",
            }
        ),
    },
}
