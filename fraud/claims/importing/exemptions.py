"""Taking a column out of the search for card and resident numbers: one person proposes it with a reason, another agrees.

An agreed column stands in the profile's `not_card_columns`; the profile's next version reads files that were refused for it.
Taking one out of there again is the profile's own matter and needs no second person.
"""

from __future__ import annotations

from audit import clock
from audit.actor import Actor
from audit.keeping import keyed
from audit.people import require_second_person
from audit.permissions import require
from audit.redaction import redact
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from fraud.claims.importing.headers import plain
from fraud.claims.models import ColumnExemption, ImportProfile
from rules.exceptions import WrongState
from rules.services.common import needed_reason

_APPROVE = "fraud.approve_exemption"


@one_transaction()
def propose_exemption(*, profile: ImportProfile, column: str, reason: str, by: Actor) -> ColumnExemption:
    """Propose that a column (its header) holds neither kind of number. An open proposal of the same column is returned as it is.

    Raises ReasonNeeded, WrongState for an empty header or one that is exempt already, NotPermitted.
    """
    require(by, "fraud.change_profile")
    reason = redact(needed_reason(reason))[:500]
    column = keyed(" ".join(column.split()), 200)[:200]
    current = ImportProfile.objects.select_for_update().get(pk=profile.pk)
    if not plain(column) or plain(column) in {plain(c) for c in current.spec.get("not_card_columns", [])}:
        raise WrongState(state=column or "–", allowed="not_card_columns")
    proposed = ColumnExemption.State.PROPOSED
    found = current.exemptions.filter(column=column, state=proposed).first()
    if found is not None:
        return found
    exemption = ColumnExemption.objects.create(
        profile=current, column=column, reason=reason, proposed_at=clock.now(), proposed_by_id=by.user_id
    )
    record(
        action="exemption.proposed",
        by=by,
        subject=CONFIG,
        reason=reason,
        after={"profile": current.name, "column": column},
    )
    return exemption


@one_transaction()
def approve_exemption(*, exemption: ColumnExemption, by: Actor) -> ColumnExemption:
    """Agree: the profile names the column from its next version on. Raises NotPermitted for whoever proposed it, WrongState."""
    current = _decide(exemption, ColumnExemption.State.ACTIVE, by)
    profile = ImportProfile.objects.select_for_update().get(pk=current.profile_id)
    columns = [*profile.spec.get("not_card_columns", []), current.column]
    profile.spec = {**profile.spec, "not_card_columns": columns}
    profile.version += 1
    profile.save()
    record(
        action="exemption.approved",
        by=by,
        subject=CONFIG,
        reason=current.reason,
        after={"profile": profile.name, "column": current.column, "version": profile.version},
    )
    return current


@one_transaction()
def return_exemption(*, exemption: ColumnExemption, reason: str, by: Actor) -> ColumnExemption:
    """Turn a proposal down. Raises ReasonNeeded, NotPermitted for whoever proposed it, WrongState."""
    reason = redact(needed_reason(reason))[:500]
    current = _decide(exemption, ColumnExemption.State.RETURNED, by)
    current.answer = reason
    current.save(update_fields=["answer"])
    record(
        action="exemption.returned",
        by=by,
        subject=CONFIG,
        reason=reason,
        after={"profile": current.profile.name, "column": current.column},
    )
    return current


def _decide(exemption: ColumnExemption, state: ColumnExemption.State, by: Actor) -> ColumnExemption:
    require(by, _APPROVE)
    current = ColumnExemption.objects.select_for_update().get(pk=exemption.pk)
    if current.state != ColumnExemption.State.PROPOSED:
        raise WrongState(state=current.get_state_display(), allowed=ColumnExemption.State.PROPOSED.label)
    require_second_person(by, [current.proposed_by], _APPROVE)
    current.state, current.decided_at, current.decided_by_id = state, clock.now(), by.user_id
    current.save(update_fields=["state", "decided_at", "decided_by"])
    return current
