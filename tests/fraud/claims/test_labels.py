"""Labels: what is known by a moment, and adding to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from audit.actor import Actor
from audit.models import AuditEvent
from fraud.claims.labels import LabelNotValid, NewLabel, add_label, add_labels, labels_known_by
from fraud.claims.models import Cardholder, Claim, Label, Merchant
from tests.cast import correct_claim

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)
BY = Actor.system("test")


def make_claim(external_id: str) -> Claim:
    person, _ = Cardholder.objects.get_or_create(employee_no="E1")
    place, _ = Merchant.objects.get_or_create(key="m1", defaults={"name": "Cafe"})
    return Claim.objects.create(
        external_id=external_id,
        row_hash=external_id,
        received_at=NOON,
        cardholder=person,
        merchant=place,
        merchant_name="Cafe",
        transacted_at=NOON,
        amount_minor=1000,
        currency="KRW",
    )


def known(at: datetime) -> dict[int, bool]:
    return {row["claim_id"]: row["is_misuse"] for row in labels_known_by(at).iter_rows(named=True)}


def test_only_labels_known_by_the_cut_off_count() -> None:
    claim = make_claim("a")
    add_label(label=NewLabel(claim.pk, True, "review", NOON), by=BY)
    assert known(NOON - timedelta(microseconds=1)) == {}
    assert known(NOON) == {claim.pk: True}
    assert known(NOON.astimezone()) == {claim.pk: True}


def test_newest_label_wins_and_a_withdrawn_one_leaves_nothing() -> None:
    claim = make_claim("a")
    for hours, verdict in ((0, True), (1, False), (2, None)):
        at = NOON + timedelta(hours=hours)
        add_label(label=NewLabel(claim.pk, verdict, "review", at, reference="C-1"), by=BY)
    assert known(NOON + timedelta(minutes=30)) == {claim.pk: True}
    assert known(NOON + timedelta(minutes=90)) == {claim.pk: False}
    assert known(NOON + timedelta(hours=3)) == {}


def test_label_holds_through_versions_that_leave_what_was_judged_as_it_was() -> None:
    claim = make_claim("a")
    add_label(label=NewLabel(claim.pk, True, "tip", NOON), by=BY)
    correct_claim(claim, received_at=NOON, settled_at=NOON)
    assert known(NOON) == {claim.pk: True}
    assert Label.objects.get().claim_version == 1


@pytest.mark.parametrize(
    "corrected",
    [{"amount_minor": 900}, {"txn_type": "decline"}, {"transacted_at": NOON - timedelta(hours=9)}],
)
def test_label_stays_with_what_was_judged_when_that_turns_out_wrong(corrected: dict[str, object]) -> None:
    claim = make_claim("a")
    add_label(label=NewLabel(claim.pk, True, "tip", NOON), by=BY)
    correct_claim(claim, received_at=NOON, **corrected)
    assert known(NOON) == {}
    add_label(label=NewLabel(claim.pk, False, "review", NOON), by=BY)
    assert known(NOON) == {claim.pk: False}
    assert list(Label.objects.order_by("pk").values_list("claim_version", flat=True)) == [1, 2]


def test_same_outcome_delivered_twice_is_one_label_with_one_entry() -> None:
    claim = make_claim("a")
    label = NewLabel(claim.pk, True, "review", NOON, reference="C-1")
    assert add_label(label=label, by=BY).pk == add_label(label=label, by=BY).pk
    assert Label.objects.count() == 1
    assert AuditEvent.objects.filter(action="label.added", subject=f"claim:{claim.pk}").count() == 1


def test_many_labels_are_added_once_with_one_entry() -> None:
    labels = [NewLabel(make_claim(name).pk, name == "a", "import", NOON, reference="F-1") for name in "abc"]
    assert add_labels(labels=labels, by=BY, subject="file:F-1") == 3
    assert add_labels(labels=labels, by=BY, subject="file:F-1") == 0
    (entry,) = AuditEvent.objects.filter(action="label.added", subject="file:F-1")
    assert entry.after == {"n_given": 3, "n_new": 3, "n_misuse": 1, "sources": ["import"]}
    assert sorted(known(NOON).values()) == [False, False, True]


@pytest.mark.parametrize(
    "changes", [{"source": "rumour"}, {"known_at": datetime(2026, 1, 1)}, {"selection_probability": 0.0}]
)
def test_unusable_label_is_refused_with_what_would_be_right(changes: dict[str, object]) -> None:
    values = {"claim_id": make_claim("a").pk, "is_misuse": True, "source": "tip", "known_at": NOON, **changes}
    with pytest.raises(LabelNotValid):
        add_label(label=NewLabel(**values), by=BY)  # type: ignore[arg-type]
    assert Label.objects.count() == 0
