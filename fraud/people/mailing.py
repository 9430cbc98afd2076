"""Mail to a login leaves through the outbox of the app above, which registers itself here.

What stands in the outbox holds no secret: the one-time link is made when the mail leaves (`with_link`), so that no table,
page or log has it, and its time begins to run then.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from audit.language import spoken
from fraud.claims.models import User

LINK = "<link>"  # where the one-time link will stand
_LINKED = ("login.invited", "login.reset")
_send: list[Callable[..., bool]] = []


def register_outbox(send: Callable[..., bool]) -> None:
    """`send(key=, to=, mail=, language=, **places)` writes a mail in the caller's transaction; whether it is new.

    `mail` names a text of the registry of mails, which a company words itself; its places are filled with the rest.
    """
    _send[:] = [send]


def with_link(key: str, body: str, recipient: str) -> str:
    """The text of a mail that leaves now, with its one-time link; only for the login its key names, and to that login's address."""
    kind, _sep, rest = key.partition(":")
    if kind not in _LINKED or LINK not in body:
        return body
    user = User.objects.filter(pk=rest.partition(":")[0], is_active=True, email=recipient).first()
    return body.replace(LINK, one_time_link(user) if user else "–")


def one_time_link(user: User) -> str:
    """Where the login's password is set; works once, within PASSWORD_RESET_TIMEOUT seconds."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("set-password", args=[uid, default_token_generator.make_token(user)])
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def mail_invitation(user: User, number: int) -> bool:
    """Ask somebody to choose a password."""
    return _mail(user, "login.invited", f"{user.pk}:{number}", **_with_a_link())


def mail_reset(user: User, when: str) -> bool:
    """Offer a new password to somebody who asked for one; one mail for the same `when`."""
    return _mail(user, "login.reset", f"{user.pk}:{when}", **_with_a_link())


def mail_notice(user: User, mail: str, key: str, **places: object) -> bool:
    """Tell somebody what happened to a login, their own (`username`) where no other is named."""
    return _mail(user, mail, f"{key}:{user.pk}", **places)


def _with_a_link() -> dict[str, object]:
    return {"hours": settings.PASSWORD_RESET_TIMEOUT // 3600, "link": LINK}


def _mail(user: User, mail: str, key: str, **places: object) -> bool:
    if not user.email or not _send:
        return False
    told = {"username": user.username, **places}
    return _send[0](key=f"{mail}:{key}", to=user.email, mail=mail, language=spoken(user.language), **told)
