"""What the admin site shows of each model."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import JSONField, Model, QuerySet, TextField
from django.forms import ModelForm
from django.http import HttpRequest
from knox.models import AuthToken

from pods.control.changes import announce
from pods.domain import access
from pods.domain.secrets import mask_arguments
from pods.models import Container, Host, Operation, Pod

Row = TypeVar("Row", bound=Model)
admin.site.site_header = admin.site.site_title = "podweb"
admin.site.unregister(AuthToken)  # its page would offer to make tokens that nobody ever sees


class ReadOnly(admin.ModelAdmin[Row]):
    """Rows are what engines and people did: to be read, not to be edited."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Row | None:
        """Return the row as the user may see it; nothing is saved from here."""
        found = super().get_object(request, object_id, from_field)
        if isinstance(found, Pod | Container | Operation) and not access.may_see_secrets_of(request.user, found):
            for field in found._meta.concrete_fields:  # noqa: SLF001  # Django's documented API
                if isinstance(field, JSONField | TextField):
                    setattr(
                        found, field.attname, mask_arguments({field.name: getattr(found, field.attname)})[field.name]
                    )
        return found

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Return whether the user has a role."""
        return access.role_of(request.user) is not None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user has a role; which rows is the query set's matter."""
        return access.role_of(request.user) is not None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds these by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits these."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """History is not deleted by hand."""
        return False


@admin.register(Host)
class HostAdmin(ReadOnly[Host]):
    """Hosts: administrators add and name them."""

    list_display = ("slug", "name", "answering", "silent", "heard_at", "snapshot_at")
    list_filter = ("answering", "silent")
    search_fields = ("slug", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Host]:
        """Return what the user may see."""
        return access.visible_hosts(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators register hosts."""
        return access.role_of(request.user) is access.Role.ADMINISTRATOR

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators rename hosts."""
        return access.role_of(request.user) is access.Role.ADMINISTRATOR

    def save_model(self, request: HttpRequest, obj: Host, form: ModelForm[Host], change: bool) -> None:
        """Write what was changed alone: the workers write the rest of the row meanwhile. Open pages are told."""
        obj.save(update_fields=form.changed_data if change else None)
        announce(obj.slug, everything=True)

    def get_readonly_fields(self, request: HttpRequest, obj: Host | None = None) -> tuple[str, ...]:
        """The slug is the queue's name: it stays once the host is there."""
        shown = ("answering", "answering_since", "silent", "heard_at", "boot", "socket", "engine_info", "notes")
        return shown if obj is None else ("slug", *shown)


@admin.register(Pod)
class PodAdmin(ReadOnly[Pod]):
    """Pods, removed ones included."""

    list_display = ("name", "host", "state", "observed_at", "removed_at")
    list_filter = ("state", "host", ("removed_at", admin.EmptyFieldListFilter))
    list_select_related = ("host",)
    search_fields = ("name", "engine_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pod]:
        """Return what the user may see."""
        return access.visible_pods(request.user)


@admin.register(Container)
class ContainerAdmin(ReadOnly[Container]):
    """Containers, removed ones included."""

    list_display = ("name", "pod", "state", "is_infra", "image", "exit_code", "removed_at")
    list_filter = ("state", "is_infra", ("removed_at", admin.EmptyFieldListFilter))
    list_select_related = ("pod",)
    search_fields = ("name", "engine_id", "image")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Container]:
        """Return what the user may see."""
        return access.visible_containers(request.user)


@admin.register(Operation)
class OperationAdmin(ReadOnly[Operation]):
    """Who asked for what, and how it ended."""

    list_display = ("asked_at", "asked_by_name", "verb", "pod_name", "host", "state", "code")
    list_filter = ("state", "verb", "host")
    list_select_related = ("host",)
    search_fields = ("pod_name", "asked_by_name", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operation]:
        """Return what the user may see."""
        return access.visible_operations(request.user)
