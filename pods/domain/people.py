"""People and their roles."""

from django.contrib.auth.models import Group, User

from pods.domain.access import Role


def ensure_first_administrator() -> User:
    """Return the user ``admin``, made without a usable password if there is none: a sign-in link lets them in."""
    user, made = User.objects.get_or_create(username="admin", defaults={"is_staff": True, "is_superuser": True})
    if made:
        user.set_unusable_password()
        user.save()
        user.groups.add(Group.objects.get_or_create(name=Role.ADMINISTRATOR.value)[0])
    return user
