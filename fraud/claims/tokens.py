"""Who shows a token: the program behind it, with the rights of this very token."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from audit import clock
from fraud.claims.accounts import SCOPES, digest_of
from fraud.claims.models import ServiceToken, User

#: Writing down every use would be a write a request.
_USED_EVERY = timedelta(minutes=1)


class TokenRights:
    """What `request.auth` is: `actions` are the permissions the token leaves of its program's role."""

    def __init__(self, token: ServiceToken) -> None:
        self.token = token
        self.actions = frozenset(SCOPES[scope][0] for scope in token.scopes if scope in SCOPES)


class ServiceTokenAuthentication(TokenAuthentication):
    """`Authorization: Token cct_…`; the token is looked for by its hash, so nothing is compared letter by letter."""

    def authenticate_credentials(self, key: str) -> tuple[Any, TokenRights]:
        """The program and its rights. Raises AuthenticationFailed, with the same words whatever is wrong with it."""
        now = clock.now()
        token = ServiceToken.objects.select_related("user").filter(digest=digest_of(key)).first()
        if (
            token is None
            or token.revoked_at is not None
            or token.expires_at <= now
            or not token.user.is_active
        ):
            raise AuthenticationFailed(_("The token is not known, has ended or was revoked."))
        if token.last_used_at is None or now - token.last_used_at > _USED_EVERY:
            ServiceToken.objects.filter(pk=token.pk).update(last_used_at=now)
            User.objects.filter(pk=token.user_id).update(last_used_at=now)
        return token.user, TokenRights(token)
