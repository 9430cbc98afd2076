"""Service accounts: programs that deliver and read their own results, and never decide about anybody.

A token has 256 random bits, so a plain SHA-256 of it is enough to keep: nobody finds it by guessing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from audit import clock
from audit.actor import Actor
from audit.permissions import NotPermitted, Role, require
from audit.redaction import find_struck
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from fraud.claims.logins import create_login
from fraud.claims.models import ServiceToken, User

#: Scope → the permission it leaves, and its words.
SCOPES: Final[Mapping[str, tuple[str, str | Promise]]] = {
    "claims:deliver": ("fraud.deliver_claims", pgettext_lazy("scope", "deliver claims")),
    "deliveries:read": (
        "fraud.view_delivery",
        pgettext_lazy("scope", "read its own deliveries and what was rejected"),
    ),
    "claims:precheck": ("fraud.precheck_claim", pgettext_lazy("scope", "check claims before they are filed")),
    "outcomes:deliver": ("fraud.deliver_outcomes", pgettext_lazy("scope", "deliver outcomes")),
}
DAYS: Final = 90
MAX_DAYS: Final = 365
#: How long the earlier tokens go on beside a new one.
OVERLAP: Final = timedelta(hours=24)
#: So long before its end a token is said to expire.
EXPIRING: Final = timedelta(days=14)
START: Final = "cct_"


class AccountNotValid(ValueError):
    """What was asked for cannot be used; `field` says where, the message what would be right."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class TokenMoved(ValueError):
    """The program has another token than the one that was seen."""

    def __init__(self) -> None:
        super().__init__(_("This program has another token since it was read. Look at it again."))


def token_seen(user: User) -> int:
    """What a page or program has seen of a program: the number of its newest token, 0 for none."""
    return max((token.pk for token in user.tokens.all()), default=0)


def _need_seen(user: User, seen: int | None) -> None:
    """Raises TokenMoved. None for who has just read it."""
    if seen is not None and seen != token_seen(User.objects.select_for_update().get(pk=user.pk)):
        raise TokenMoved


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_state(token: ServiceToken) -> str:
    """living, expiring (within two weeks), ended or revoked."""
    if token.revoked_at:
        return "revoked"
    left = token.expires_at - clock.now()
    if left.total_seconds() <= 0:
        return "ended"
    return "expiring" if left < EXPIRING else "living"


def living(user: User) -> list[ServiceToken]:
    """The tokens of a program that are good now, the newest first."""
    return list(user.tokens.filter(revoked_at=None, expires_at__gt=clock.now()).order_by("-pk"))


@one_transaction()
def create_account(*, name: str, scopes: Collection[str], days: int = DAYS, by: Actor) -> tuple[User, str]:
    """A program's login, which cannot sign in, and its first token, shown this once. Raises NotPermitted, AccountNotValid."""
    require(by, "fraud.change_accounts")
    plain = name.strip()
    if not 2 <= len(plain) <= 60 or not all(
        sign.isascii() and (sign.isalnum() or sign in "._-") for sign in plain
    ):
        raise AccountNotValid(
            "name",
            _("Write a name of 2 to 60 letters, digits, dots, hyphens and underscores, such as erp-seoul."),
        )
    if find_struck(plain):
        raise AccountNotValid("name", _("A name may not be a card or resident number; none is kept."))
    if User.objects.filter(username__iexact=plain).exists():
        raise AccountNotValid("name", _("There is a login of that name already. Choose another name."))
    _check(scopes, days)
    user = create_login(username=plain, password="", roles=[Role.DATA_CLIENT], by=by)
    return user, issue_token(user=user, by=by, scopes=scopes, days=days)


def days_of(token: ServiceToken | None) -> int:
    """How many days a token was made for; DAYS where there is none. What the next one gets unless somebody says otherwise."""
    return DAYS if token is None else max(1, round((token.expires_at - token.created_at) / timedelta(days=1)))


@one_transaction()
def issue_token(
    *,
    user: User,
    by: Actor,
    scopes: Collection[str] | None = None,
    days: int | None = None,
    overlap: timedelta = timedelta(),
    seen: int | None = None,
) -> str:
    """A new token for a program, shown this once; what it had before ends after `overlap`, by default at once.

    `scopes`, `days`: None for those of its last token, or all and DAYS. `seen`: its `token_seen` as it was looked at. Raises NotPermitted, also for a person's
    login, AccountNotValid and TokenMoved.
    """
    require(by, "fraud.change_accounts")
    if Role.DATA_CLIENT not in user.roles_held():
        raise NotPermitted("fraud.change_accounts", "not_a_program")
    _need_seen(user, seen)
    now, earlier = clock.now(), living(user)
    last = user.tokens.order_by("-pk").first()
    if scopes is None:
        scopes = last.scopes if last is not None else list(SCOPES)
    if days is None:
        days = days_of(last)
    _check(scopes, days)
    for one in earlier:
        ServiceToken.objects.filter(pk=one.pk).update(expires_at=min(one.expires_at, now + overlap))
    token = START + secrets.token_urlsafe(32)
    made = ServiceToken.objects.create(
        user=user,
        prefix=token[:8],
        digest=digest_of(token),
        scopes=[scope for scope in SCOPES if scope in scopes],
        created_at=now,
        created_by=by.username,
        expires_at=now + timedelta(days=days),
    )
    told = {
        "username": user.username,
        "replaced": bool(earlier),
        "scopes": made.scopes,
        "until": made.expires_at.date().isoformat(),
    }
    record(action="user.token_issued", by=by, subject=CONFIG, after=told)
    return token


@one_transaction()
def revoke_tokens(*, user: User, by: Actor, seen: int | None = None) -> int:
    """End all tokens of a program at once; returns how many. Raises NotPermitted, TokenMoved."""
    require(by, "fraud.change_accounts")
    _need_seen(user, seen)
    if n := end_tokens(user):
        record(
            action="account.revoked", by=by, subject=CONFIG, after={"username": user.username, "tokens": n}
        )
    return n


def end_tokens(user: User) -> int:
    """End all tokens of a login now; how many there were. Part of a service that has checked who asks and writes the entry."""
    now = clock.now()
    return user.tokens.filter(revoked_at=None, expires_at__gt=now).update(revoked_at=now)


def _check(scopes: Collection[str], days: int) -> None:
    if not scopes or set(scopes) - set(SCOPES):
        raise AccountNotValid("scopes", _("Choose at least one of the rights that are offered."))
    if not 1 <= days <= MAX_DAYS:
        raise AccountNotValid("days", _("Give a number of days from 1 to %(most)d.") % {"most": MAX_DAYS})
