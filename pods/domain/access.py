"""Who may see and do what. Every door (page, API, websocket, admin) asks here; without a rule the answer is no.

What you may not see does not exist: the query sets leave it out, so looking it up is a 404. A role is for every host,
so whoever has one sees all rows of each kind; what hid some of a host's rows would have to hide them in each of these.
"""

from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import QuerySet

from pods.domain.errors import Denied
from pods.models import Container, Host, Operation, Pod

Person = User | AbstractBaseUser | AnonymousUser


class Role(StrEnum):
    """The value is the name of the group that gives it."""

    ADMINISTRATOR = "administrator"
    VIEWER = "viewer"


def role_of(user: Person) -> Role | None:
    """Return the user's role; None sees nothing. A superuser is an administrator.

    Asked several times in a request, so kept on the user object, which lives no longer than that.
    """
    if not isinstance(user, User) or not user.is_active:
        return None
    if not hasattr(user, "_podweb_role"):
        groups = set(user.groups.values_list("name", flat=True))
        administrator = user.is_superuser or Role.ADMINISTRATOR in groups
        role = Role.ADMINISTRATOR if administrator else Role.VIEWER if Role.VIEWER in groups else None
        user._podweb_role = role  # type: ignore[attr-defined]  # noqa: SLF001  # a cache on Django's own object
    found: Role | None = user._podweb_role  # type: ignore[attr-defined]  # noqa: SLF001
    return found


def visible_hosts(user: Person) -> QuerySet[Host]:
    """Return the hosts that the user may see."""
    return Host.objects.all() if role_of(user) else Host.objects.none()


def visible_pods(user: Person) -> QuerySet[Pod]:
    """Return the pods that the user may see, removed ones included."""
    return Pod.objects.all() if role_of(user) else Pod.objects.none()


def visible_containers(user: Person) -> QuerySet[Container]:
    """Return the containers that the user may see, removed ones included."""
    return Container.objects.all() if role_of(user) else Container.objects.none()


def visible_operations(user: Person) -> QuerySet[Operation]:
    """Return the operations that the user may see."""
    return Operation.objects.all() if role_of(user) else Operation.objects.none()


def may_operate(user: Person, host: Host) -> bool:  # noqa: ARG001  # roles per host come here
    """Return whether the user may ask for operations on ``host``."""
    return role_of(user) is Role.ADMINISTRATOR


def require_operate(user: Person, host: Host) -> None:
    """Raises Denied unless the user may ask for operations on ``host``."""
    if not may_operate(user, host):
        raise Denied("denied", "You may look, but not act, on this host.", hint="Ask an administrator.")


def may_see_secrets(user: Person, host: Host) -> bool:  # noqa: ARG001  # roles per host come here
    """Return whether the user may see what looks like a secret in ``host``'s command lines and variables."""
    return role_of(user) is Role.ADMINISTRATOR


def may_see_secrets_of(user: Person, row: Pod | Container | Operation) -> bool:
    """Return whether the user may see what looks like a secret in what a row holds."""
    return may_see_secrets(user, row.pod.host if isinstance(row, Container) else row.host)
