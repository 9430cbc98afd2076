"""The rule workbench: drafting, preview on real features, proposing, activation by another person, rolling back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.actor import Actor
from fraud.claims.labels import NewLabel, add_labels
from fraud.workbench.backtest import backtest_rule
from rules.models import Rule, RuleVersion
from rules.services import drafts, install_starter_rules
from tests.cast import make_cardholder, make_cast, make_claim, make_merchant

pytestmark = pytest.mark.django_db
HIGH = "amount > 900,000 KRW"


@pytest.fixture
def cast():
    install_starter_rules(by=Actor.system("test"))
    return make_cast()


@pytest.fixture
def claims():
    """Ten claims a day apart, the amounts 100,000 to 1,000,000 won."""
    holder, merchant = make_cardholder(), make_merchant()
    now = timezone.now()
    return [
        make_claim(
            cardholder=holder,
            merchant=merchant,
            amount_minor=100_000 * (i + 1),
            currency="KRW",
            transacted_at=now - timedelta(days=10 - i),
        )
        for i in range(10)
    ]


def draft(client, cast, code="A01", text=HIGH) -> RuleVersion:
    client.force_login(cast.rule_admin)
    client.post(reverse("fraud:draft-rule", args=[code]))
    version = RuleVersion.objects.get(rule__code=code, state="draft")
    step(client, version, "save", text=text, weight="2", lock_version=version.lock_version)
    version.refresh_from_db()
    return version


def step(client, version, name, **fields):
    """A step of the page as it is now, unless told what it was showing."""
    seen = RuleVersion.objects.get(pk=version.pk).lock_version
    address = reverse("fraud:rule-step", args=[version.rule.code, version.number, name])
    return client.post(address, {"seen": seen, **fields})


def test_a_text_the_page_was_not_showing_is_neither_proposed_nor_approved(client, cast):
    version = draft(client, cast)
    for seen in ("", "x", "99"):
        assert step(client, version, "propose", seen=seen).status_code == 409
    assert step(client, version, "propose").status_code == 302
    client.force_login(cast.approver)
    for name in ("activate", "shadow", "return"):
        assert step(client, version, name, seen="99", reason="as it was").status_code == 409
    assert RuleVersion.objects.get(pk=version.pk).state == "proposed"


def test_backtest_counts_hits_as_a_plain_loop_does(cast, claims):
    result = backtest_rule(text="amount > 500,000 KRW", by=cast.actor("rule_admin"), active_text=HIGH)
    amounts = [claim.amount_minor for claim in claims]
    assert result.n_claims == len(amounts)
    assert result.n_hits == sum(amount > 500_000 for amount in amounts)
    assert (result.added, result.lost) == (4, 0)
    assert len(result.samples) == result.n_hits


def test_a_preview_tells_nobody_of_claims_they_are_involved_in(cast, claims):
    """Neither by the number of hits nor by what became of them."""
    me = cast.actor("rule_admin")
    own = make_claim(
        cardholder=make_cardholder(me.employee_no),
        amount_minor=1_900_000,
        transacted_at=claims[-1].transacted_at,
    )
    add_labels(labels=[NewLabel(own.pk, True, "audit", timezone.now())], by=me, subject="file:x")
    text = f'cardholder.employee_no = "{me.employee_no}"'
    mine = backtest_rule(text=text, by=me)
    assert (mine.n_hits, mine.n_labelled, mine.n_claims) == (0, 0, len(claims))
    others = backtest_rule(text=text, by=cast.actor("approver"))
    assert (others.n_hits, others.n_labelled, others.n_misuse) == (1, 1, 1)


def test_rule_list_shows_every_rule(client, cast):
    client.force_login(cast.rule_admin)
    page = client.get(reverse("fraud:rules")).content.decode()
    assert all(code in page for code in Rule.objects.values_list("code", flat=True))


def test_text_is_said_in_words_or_its_fault_is_named_by_line_and_column(client, cast):
    client.force_login(cast.rule_admin)
    good = client.post(reverse("fraud:read-rule"), {"text": HIGH}).json()["checked"]
    assert "900,000" in good
    bad = client.post(reverse("fraud:read-rule"), {"text": "amount >\n  amonut"}).json()["checked"]
    assert "amount" in bad
    assert "2" in bad
    assert 'class="error"' in bad


def test_a_rule_that_can_never_hit_is_told_before_it_is_saved(client, cast):
    client.force_login(cast.rule_admin)
    client.cookies["django_language"] = "en"
    text = "amount > 500,000 KRW and amount < 100,000 KRW"
    page = client.post(reverse("fraud:read-rule"), {"text": text}).json()["checked"]
    assert "This rule can never hit." in page
    assert "can never both hold" in page
    assert "notice warning" not in client.post(reverse("fraud:read-rule"), {"text": HIGH}).json()["checked"]


def test_preview_names_the_parts_that_no_claim_of_the_window_meets(client, cast, claims):
    by = cast.actor("rule_admin")
    part = 'merchant.mcc = "9999"'
    assert backtest_rule(text=f"amount > 500,000 KRW and {part}", by=by).unmet == [part]
    assert backtest_rule(text="count(same cardholder, day) > 90", by=by).unmet == []
    client.force_login(cast.rule_admin)
    page = client.post(reverse("fraud:preview-rule", args=["A01"]), {"text": f"{part} or {HIGH}"})
    assert "merchant.mcc = &quot;9999&quot;" in page.content.decode()


def test_preview_shows_hits_and_case_load(client, cast, claims):
    client.force_login(cast.rule_admin)
    answer = client.post(reverse("fraud:preview-rule", args=["A01"]), {"text": HIGH})
    assert answer.status_code == 200
    assert answer.context["result"].n_hits == 1
    assert claims[-1].merchant_name in answer.content.decode()


def test_another_person_activates_and_the_earlier_version_can_come_back(client, cast, claims):
    version = draft(client, cast)
    old = RuleVersion.objects.get(rule__code="A01", state="active")
    step(client, version, "propose", reason="the limit was raised")
    version.refresh_from_db()
    assert version.state == "proposed"
    assert step(client, version, "activate").status_code == 403
    client.force_login(cast.approver)
    assert step(client, version, "activate", reason="agreed").status_code == 302
    version.refresh_from_db()
    old.refresh_from_db()
    assert (version.state, old.state) == ("active", "retired")
    counting = RuleVersion.objects.get(rule__code="A01", state="active")
    address = reverse("api-rule-roll-back", args=["A01"])
    asked = {"seen": old.number, "reason": "too many cases"}
    assert client.post(address, asked, content_type="application/json").status_code == 409  # not what counts
    assert f'{counting.number}/back/"' in client.get(reverse("fraud:rule", args=["A01"])).content.decode()
    assert step(client, counting, "back", reason="too many cases").status_code == 302
    again = client.post(address, asked | {"seen": counting.number}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_before")  # it is proposed already
    assert step(client, old, "activate").status_code == 403
    client.force_login(cast.other_approver)
    assert step(client, old, "activate").status_code == 302
    old.refresh_from_db()
    assert old.state == "active"


def test_a_rule_stops_when_somebody_else_agrees(client, cast, claims):
    client.force_login(cast.approver)
    running = RuleVersion.objects.get(rule__code="A01", state="active")
    assert step(client, running, "retire", reason="too many cases").status_code == 409
    other = drafts.begin_version(rule=running.rule, by=cast.actor("rule_admin"))
    assert (
        step(client, other, "propose-retirement", reason="too many cases").status_code == 409
    )  # not what runs
    assert step(client, running, "propose-retirement").status_code == 422
    assert step(client, running, "propose-retirement", reason="too many cases").status_code == 302
    assert step(client, running, "retire").status_code == 403
    client.force_login(cast.other_approver)
    assert "too many cases" in client.get(reverse("fraud:rule", args=["A01"])).content.decode()
    assert step(client, running, "retire").status_code == 302
    running.refresh_from_db()
    assert running.state == "retired"


def test_a_draft_that_was_changed_since_is_not_discarded(client, cast, claims):
    version = draft(client, cast)
    address = reverse("fraud:rule-step", args=[version.rule.code, version.number, "discard"])
    assert 'name="seen"' in client.get(reverse("fraud:rule", args=[version.rule.code])).content.decode()
    assert client.post(address, {"seen": version.lock_version + 1}).status_code == 409
    assert client.post(address).status_code == 409  # a form without it
    assert client.post(address, {"seen": version.lock_version}).status_code == 302
    version.refresh_from_db()
    assert version.state == "retired"


def test_broad_rule_is_proposed_only_with_its_code_typed(client, cast, claims):
    version = draft(client, cast, text="amount > 0 KRW")
    answer = step(client, version, "propose")
    assert answer.status_code >= 400
    assert "A01" in answer.content.decode()
    assert step(client, version, "propose", confirmation="A01").status_code == 302


def test_text_that_is_no_rule_is_refused_and_stays_in_the_form(client, cast):
    version = draft(client, cast)
    answer = step(client, version, "save", text="__import__('os')", lock_version=version.lock_version)
    assert answer.status_code == 422
    assert "__import__" in answer.content.decode()
    version.refresh_from_db()
    assert version.text == HIGH


@pytest.mark.catalogue("B19")
def test_two_admins_on_one_draft_do_not_overwrite_each_other(client, cast):
    version = draft(client, cast)
    stale = version.lock_version
    assert step(client, version, "save", text="amount > 1,000,000 KRW", lock_version=stale).status_code == 302
    answer = step(client, version, "save", text="amount > 2,000,000 KRW", lock_version=stale)
    assert answer.status_code == 409
    version.refresh_from_db()
    assert version.text == "amount > 1,000,000 KRW"


def test_new_rule_begins_as_a_draft(client, cast):
    client.force_login(cast.rule_admin)
    begun = client.get(reverse("fraud:new-rule")).context["text"]  # the text of the block that is shown
    read = client.post(reverse("fraud:read-rule"), {"text": begun}).json()
    assert read["is_valid"]
    assert read["tree"]["right"]["amount"] == "100000"
    data = {"code": "z01", "group": "other", "name_ko": "시험", "name_en": "Test", "text": HIGH}
    assert client.post(reverse("fraud:new-rule"), data).status_code == 302
    assert RuleVersion.objects.get(rule__code="Z01").state == "draft"


@pytest.mark.parametrize("who", ["reviewer", "cardholder", "clerk"])
def test_others_have_no_workbench(client, cast, who):
    client.force_login(getattr(cast, who))
    assert client.get(reverse("fraud:rules")).status_code == 403


def test_markup_in_a_name_is_shown_as_text(client, cast):
    Rule.objects.filter(code="A01").update(
        name_en="<script>alert(1)</script>", name_ko="<script>alert(1)</script>"
    )
    client.force_login(cast.rule_admin)
    page = client.get(reverse("fraud:rules")).content.decode()
    assert "<script>alert" not in page
