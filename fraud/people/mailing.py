"""Mail to a login leaves through the outbox of the app above, which registers itself here.

What stands in the outbox holds no secret: the one-time link is made when the mail leaves (`with_link`), so that no table,
page or log has it, and its time begins to run then.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from audit.language import spoken
from fraud.claims.models import User

LINK = "<link>"  # where the one-time link will stand
_LINKED = ("login.invited", "login.reset")
_send: list[Callable[..., bool]] = []


def register_outbox(send: Callable[..., bool]) -> None:
    """`send(key=, to=, subject=, body=)` writes a mail in the caller's transaction; whether it is new."""
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
    with translation.override(spoken(user.language)):
        text = _(
            "A login was made for you: %(username)s\n\n"
            "Choose your password here. The link works once, for %(hours)d hours:\n%(link)s\n\n"
            "If it has run out, ask for another one on the sign-in page under “Forgot the password?”."
        )
        return _mail(user, f"login.invited:{user.pk}:{number}", _("Your login for Cleancard"), text)


def mail_reset(user: User, when: str) -> bool:
    """Offer a new password to somebody who asked for one; one mail for the same `when`."""
    with translation.override(spoken(user.language)):
        text = _(
            "Somebody asked for a new password for the login %(username)s.\n\n"
            "Choose it here. The link works once, for %(hours)d hours:\n%(link)s\n\n"
            "If it was not you, do nothing: the password stays as it is."
        )
        return _mail(user, f"login.reset:{user.pk}:{when}", _("A new password for Cleancard"), text)


def mail_notice(user: User, key: str, subject: str, text: str) -> bool:
    """Tell somebody what happened to their login; the caller has set the language."""
    return _mail(user, f"{key}:{user.pk}", subject, text)


def _mail(user: User, key: str, subject: str, text: str) -> bool:
    if not user.email:
        return False
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    body = text % {"username": user.username, "hours": hours, "link": LINK}
    return _send[0](key=key, to=user.email, subject=subject, body=body) if _send else False
