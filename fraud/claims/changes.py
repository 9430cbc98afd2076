"""What changed about claims that were known already: kept as rows, followed by the app above.

The delivery that changes a claim writes the row in its own transaction; the app above lets its cases follow, at once where
the delivery ends and again by the sweep, so that nothing is lost wherever a process dies.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from fraud.claims.models import Claim, ClaimChange, ClaimFacts, ClaimFile

log = logging.getLogger(__name__)
Follower = Callable[[], int]
_followers: list[Follower] = []
_BATCH = 500


def register_follower(follower: Follower) -> None:
    """Add a function that follows the waiting changes and says how many it has followed."""
    if follower not in _followers:
        _followers.append(follower)


def tell_followers() -> None:
    """Let the app above follow what waits. Its fault is logged, never the delivery's: the sweep will try again."""
    for follower in _followers:
        try:
            follower()
        except Exception:
            log.exception("claims.follow_failed")


def note_corrections(*, claim_ids: Iterable[int], file: ClaimFile, at: datetime) -> None:
    """Keep that a delivery brings another version of these claims; in the caller's transaction, before the rows are rewritten."""
    _note(claim_ids, ClaimChange.Kind.CORRECTED, 1, file, at)


def note_money(*, more: Mapping[int, int], file: ClaimFile | None, at: datetime) -> None:
    """Keep that another amount than before came back of purchases: id → how much more (minor units); in the caller's transaction."""
    _note(more, ClaimChange.Kind.MONEY, 0, file, at, more)


def _note(
    claim_ids: Iterable[int],
    kind: ClaimChange.Kind,
    step: int,
    file: ClaimFile | None,
    at: datetime,
    more: Mapping[int, int] | None = None,
) -> None:
    wanted = sorted(set(claim_ids))
    for start in range(0, len(wanted), _BATCH):
        versions = Claim.objects.filter(pk__in=wanted[start : start + _BATCH]).values_list("pk", "version")
        ClaimChange.objects.bulk_create(
            ClaimChange(
                claim_id=pk,
                kind=kind,
                from_version=version,
                to_version=version + step,
                file=file,
                at=at,
                back_minor=(more or {}).get(pk, 0),
            )
            for pk, version in versions.order_by("pk")
        )


#: What people and cases look at; other facts change without a word.
SHOWN = (
    "amount_minor",
    "currency",
    "cardholder_id",
    "merchant_name",
    "transacted_at",
    "txn_type",
    "purpose_code",
    "purpose_text",
    "n_attendees",
    "attendees",
)


#: Behind a number of attendees: as many as before, but not the same people.
OTHERS = "*"


def changed_facts(change: ClaimChange) -> dict[str, list[str | int | None]]:
    """Name of a fact → [before, after], for those of SHOWN in which two versions of a claim differ; plain JSON values.

    What this gives goes into entries that are kept for ever: of attendees it tells how many they are, with OTHERS behind the second
    number where they are as many but not the same.
    """
    if change.from_version == change.to_version:
        return {}
    before, after = version_of(change.claim, change.from_version), version_of(change.claim, change.to_version)
    pairs = {name: (_plain(getattr(before, name)), _plain(getattr(after, name))) for name in SHOWN}
    found: dict[str, list[str | int | None]] = {
        name: [old, new] for name, (old, new) in pairs.items() if old != new
    }
    if "currency" in found:  # the same number is another amount
        found["amount_minor"] = list(pairs["amount_minor"])
    if before.attendees != after.attendees and "attendees" not in found:
        found["attendees"] = [pairs["attendees"][0], f"{pairs['attendees'][1] or 0}{OTHERS}"]
    elif "n_attendees" in found:
        found.pop("attendees", None)
    return found


def version_of(claim: Claim, version: int) -> ClaimFacts:
    """What was said of the claim in a version. Raises ClaimVersion.DoesNotExist for one that never was."""
    return claim if version == claim.version else claim.earlier_versions.get(version=version)


def _plain(value: object) -> str | int | None:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):  # attendees
        return len(value)
    return value if isinstance(value, int) or value is None else str(value)
