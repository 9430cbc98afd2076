"""An edit of a rule is told by the claims it hits anew or lets go, and what became of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from audit.actor import Actor
from fraud.claims.labels import NewLabel, add_labels
from fraud.claims.models import Claim
from fraud.workbench.trying import try_rule
from rules.models import Rule, RuleVersion
from tests.cast import make_cardholder, make_cast, make_claim

pytestmark = pytest.mark.django_db
COUNTS, EDIT = "amount > 500,000 KRW", "amount in 300,000 KRW..800,000 KRW"


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def rule(db) -> Rule:
    rule = Rule.objects.create(code="Z01", name_en="Large", name_ko="고액", group="amount")
    RuleVersion.objects.create(rule=rule, number=1, text=COUNTS, state=RuleVersion.State.ACTIVE)
    RuleVersion.objects.create(rule=rule, number=2, text="amount > 1 KRW", state=RuleVersion.State.DRAFT)
    return rule


def claim(amount: int, outcome: bool | None) -> Claim:
    at = timezone.now() - timedelta(days=3)
    found = make_claim(cardholder=make_cardholder(), amount_minor=amount, transacted_at=at, received_at=at)
    if outcome is not None:
        label = NewLabel(found.pk, outcome, "review", timezone.now())
        add_labels(labels=[label], by=Actor.system("training"), subject="file:F-1")
    return found


def test_claims_gained_and_lost_are_told_by_outcome(cast, rule):
    gained = {outcome: claim(400_000, outcome).pk for outcome in (True, False, None)}
    lost = {outcome: claim(900_000, outcome).pk for outcome in (True, False)}
    claim(600_000, True)  # hit by both
    claim(100_000, True)  # hit by neither
    effects = try_rule(text=EDIT, by=cast.actor("rule_admin"), code="Z01").effects
    assert (effects.base.number, effects.base.is_active) == (1, True)
    assert (effects.gained.misuse, effects.gained.genuine) == ((gained[True],), (gained[False],))
    assert effects.gained.unknown == (gained[None],)
    assert (effects.lost.misuse, effects.lost.genuine) == ((lost[True],), (lost[False],))
    assert effects.lost.unknown == ()
    assert (effects.n_fixed, effects.n_broken) == (2, 2)


def test_the_same_rule_in_other_words_changes_nothing_and_a_new_one_has_no_base(cast, rule):
    claim(900_000, True)
    me = cast.actor("rule_admin")
    assert try_rule(text="( amount  > 500000 KRW )", by=me, code="Z01").effects is None
    assert try_rule(text=EDIT, by=me, code="Z99").effects is None
    assert try_rule(text=EDIT, by=me).effects is None


def test_nobody_is_told_of_their_own_claims(cast, rule):
    me = cast.actor("rule_admin")
    at = timezone.now() - timedelta(days=2)
    claim(900_000, True)
    make_claim(
        cardholder=make_cardholder(me.employee_no), amount_minor=400_000, transacted_at=at, received_at=at
    )
    effects = try_rule(text=EDIT, by=me, code="Z01").effects
    assert (effects.gained.n, effects.lost.n) == (0, 1)


def test_the_page_shows_fixes_and_breaks_and_a_claim_by_the_number_people_see(client, cast, rule):
    lost = claim(900_000, True)
    client.force_login(cast.rule_admin)
    with translation.override("en"):
        page = client.post(
            reverse("fraud:try-rule"), {"text": EDIT, "rule": "Z01"}, headers={"accept-language": "en"}
        )
    assert "data-effects" in page.content.decode()
    assert f'data-number="{lost.external_id}"' in page.content.decode()
    sent = {"text": EDIT, "number": lost.external_id}
    told = client.post(reverse("fraud:explain-claim"), sent).content.decode()
    assert "steps-of-rule" in told
    assert lost.external_id in told
    for number in ("", "none such", "x" * 200, str(lost.pk) + "0"):
        answer = client.post(reverse("fraud:explain-claim"), {"text": EDIT, "number": number})
        assert answer.status_code == 200
        assert "steps-of-rule" not in answer.content.decode()
