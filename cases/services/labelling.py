"""From a disposition to the training truth: one label a claim, added and never rewritten."""

from __future__ import annotations

from datetime import datetime, timedelta

from audit.actor import Actor
from cases.dispositions import Disposition, label_for
from cases.models import Alert, Case
from fraud.claims.labels import NewLabel, add_label
from fraud.claims.models import Label

_SOURCES = {
    Alert.Channel.CONTROL_SAMPLE.value: Label.Source.CONTROL_SAMPLE,
    Alert.Channel.TIP.value: Label.Source.TIP,
}


def label_claims(
    *, case: Case, disposition: Disposition | None, known_at: datetime, by: Actor, is_appeal: bool = False
) -> int:
    """Add the label a decided disposition gives to each claim of the case; returns how many.

    A disposition that teaches nothing, or None (a decision taken back), withdraws the label this case gave earlier and
    adds nothing otherwise.
    """
    verdict = label_for(disposition) if disposition else None
    n_added = 0
    for alert in case.alerts.filter(left_at=None).select_related("claim").order_by("claim_id"):
        earlier = (
            Label.objects.filter(claim_id=alert.claim_id, reference=case.reference)
            .order_by("-known_at", "-id")
            .first()
        )
        if verdict is None and (earlier is None or earlier.is_misuse is None):
            continue
        # The later label must be the later one even when both fall on one tick of the clock.
        moment = max(known_at, earlier.known_at + timedelta(microseconds=1)) if earlier else known_at
        source = Label.Source.APPEAL if is_appeal else _SOURCES.get(alert.channel, Label.Source.REVIEW)
        add_label(
            label=NewLabel(
                claim_id=alert.claim_id,
                claim_version=alert.claim.version,
                is_misuse=verdict,
                source=source.value,
                known_at=moment,
                scheme=case.pattern,
                disposition=disposition.value if disposition else "",
                selection_probability=min(max(alert.inclusion_probability, 1e-9), 1.0),
                reference=case.reference,
            ),
            by=by,
        )
        n_added += 1
    return n_added
