"""The second step of signing in: who has one, and which roles need one (`SECOND_STEP_ROLES`)."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings

from audit.permissions import Role
from fraud.claims.models import User

_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_step(user: User) -> bool:
    """Whether the login asks for a code or a key behind the password."""
    return Authenticator.objects.filter(user=user, type__in=_STEPS).exists()


def needs_second_step(roles: frozenset[Role]) -> bool:
    """Whether one of the roles is among those the company asks it of."""
    return any(role.value in settings.SECOND_STEP_ROLES for role in roles)


def remove_second_step(user: User) -> int:
    """Take every key, code and recovery code of a login away; how many there were."""
    return Authenticator.objects.filter(user=user).delete()[0]
