"""A rule in operation: counted against a plain count, nothing of the reader's own, overlap that makes it superfluous."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.actor import Actor
from audit.services import actor_of
from cases.models import Appeal, HeldBack
from cases.pages.rule_operation import hits_for, operation_of
from cases.pages.rules_to_look_at import rules_to_look_at
from fraud.claims.labels import NewLabel, add_labels
from fraud.claims.models import Claim
from fraud.company.values import current_settings
from fraud.detection.intervals import wilson
from fraud.detection.models import RuleHit
from tests.cast import make_cardholder, make_case, make_cast, make_claim, make_rule_version, make_run

pytestmark = pytest.mark.django_db
BY = Actor.system("test")


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def run(cast):
    return make_run(business_date=(timezone.now() - timedelta(days=5)).date())


def hit(run, version, n: int, **claim) -> list[Claim]:
    person = make_cardholder()
    claims = [make_claim(cardholder=person, **claim) for _ in range(n)]
    RuleHit.objects.bulk_create(RuleHit(run=run, claim=one, rule_version=version) for one in claims)
    return claims


def also(run, version, claims) -> None:
    RuleHit.objects.bulk_create(RuleHit(run=run, claim=one, rule_version=version) for one in claims)


def judged(claims, is_misuse: bool) -> None:
    labels = [NewLabel(one.pk, is_misuse, "review", timezone.now()) for one in claims]
    add_labels(labels=labels, by=BY, subject="file:F-1")


def test_figures_are_those_of_a_plain_count(cast, run):
    version = make_rule_version("A04")
    claims = hit(run, version, 6)
    judged(claims[:3], True)
    judged(claims[3:4], False)
    opened = make_case(claims=claims[:2], run=run)
    opened.alerts.update(run=run)
    elsewhere = make_case(claims=claims[5:])  # opened by hand: not by the rule
    elsewhere.alerts.update(run=None, channel="manual")
    HeldBack.objects.create(
        claim=claims[4],
        run=run,
        last_run=run,
        why="rule_budget",
        pattern="A04",
        expected_loss_minor=1,
        since=timezone.now(),
    )
    found = operation_of(version.rule, hits_for(BY))
    assert (found.n_claims, found.n_cases, found.n_reviewed, found.n_misuse) == (6, 1, 4, 3)
    assert found.precision == 0.75
    assert found.interval == wilson(3, 4)
    assert found.hours == current_settings().minutes_per_case / 60
    assert (found.n_held_back, found.n_waiting) == (1, 1)
    assert found.last_hit_at == run.started_at
    assert set(found.legitimate) == {claims[3].pk}
    assert found.last_hit_on == max(timezone.localtime(one.transacted_at).date() for one in claims)
    assert found.last_hit_on < timezone.localtime(run.started_at).date()


def waits(run, claim: Claim, why: str, pattern: str = "A04") -> HeldBack:
    return HeldBack.objects.create(
        claim=claim,
        run=run,
        last_run=run,
        why=why,
        pattern=pattern,
        expected_loss_minor=1,
        since=timezone.now(),
    )


def test_what_of_its_hits_waits_is_told_by_every_reason_and_the_list_shows_the_same(cast, run, client):
    version = make_rule_version("A04")
    claims = hit(run, version, 7)
    for claim, why in zip(
        claims, ["unproven", "unproven", "unproven", "capacity", "capacity", "person_budget"], strict=False
    ):
        waits(run, claim, why)
    waits(run, claims[6], "rule_budget", "B01")  # the budget of another rule that leads it
    waits(run, make_claim(cardholder=make_cardholder()), "capacity")  # not hit by it
    found = operation_of(version.rule, hits_for(BY))
    counts = {reason.code: reason.n for reason in found.waiting}
    assert counts == {"unproven": 3, "capacity": 2, "person_budget": 1, "rule_budget": 1}
    assert (found.n_waiting, found.n_held_back) == (7, 0)
    client.force_login(cast.auditor)
    client.cookies["django_language"] = "en"
    answer = client.get("/api/v1/rules/A04/operation/").json()
    assert (answer["waiting"], answer["held_back"]) == (7, 0)
    told = {row["why"]: (row["claims"], row["words"]) for row in answer["waiting_by_reason"]}
    assert told["unproven"] == (3, "nothing of its rule confirmed yet: everything else goes first")
    for lang, words in (("en", "everything else goes first"), ("ko", "다른 건이 우선")):
        client.cookies["django_language"] = lang
        page = client.get(reverse("cases:rule-operation", args=["A04"])).content.decode()
        assert words in page
        listed = client.get("/queue/?view=held_back&rule=A04&why=unproven")
        assert [row.claim_id for row in listed.context["page"].rows] == [
            one.pk for one in reversed(claims[:3])
        ]
        assert words in listed.content.decode()
    rows = client.get("/api/v1/cases/held-back/?rule=A04&why=unproven").json()["results"]
    assert {row["why"] for row in rows} == {"unproven"}
    assert len(rows) == 3
    assert client.get("/api/v1/cases/held-back/?why=hope").status_code == 400


def test_a_rule_that_shares_no_hit_with_another_says_so(cast, run, client):
    version, other = make_rule_version("A04"), make_rule_version("B01", text="amount > 1 KRW")
    hit(run, version, 2)
    hit(run, other, 1)
    client.force_login(cast.auditor)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("cases:rule-operation", args=["A04"])).content.decode()
    assert "No other active rule shares a hit with it." in page
    assert "0 %" not in page[page.index("Most like it") :][:300]
    assert client.get("/api/v1/rules/A04/operation/").json()["covered_by"] is None


def test_shadow_hits_and_old_nights_do_not_count_and_suppressed_ones_do(cast, run):
    version = make_rule_version("A04")
    claims = hit(run, version, 2)
    RuleHit.objects.filter(claim=claims[0]).update(is_shadow=True)
    (left_alone,) = hit(run, version, 1)
    RuleHit.objects.filter(claim=left_alone).update(is_shadow=True, is_suppressed=True)
    old = make_run(business_date=(timezone.now() - timedelta(days=300)).date())
    hit(old, version, 1)
    found = operation_of(version.rule, hits_for(BY))
    assert (found.n_claims, found.n_suppressed) == (2, 1)


def test_what_the_reader_is_involved_in_is_not_counted(cast, run):
    version = make_rule_version("A04")
    claims = hit(run, version, 3)
    Claim.objects.filter(pk=claims[0].pk).update(approver_no=cast.rule_admin.employee_no)
    assert operation_of(version.rule, hits_for(actor_of(cast.rule_admin))).n_claims == 2


def test_a_rule_of_which_another_finds_the_same_is_superfluous_until_it_alone_finds_a_misuse(cast, run):
    narrow, broad = make_rule_version("A04"), make_rule_version("B01", text="amount > 1 KRW")
    claims = hit(run, narrow, 40)
    also(run, broad, claims[1:])
    judged(claims[1:5], True)
    covered = operation_of(narrow.rule, hits_for(BY)).covered
    assert (covered.by, covered.share, covered.n_only_here, covered.n_misuse_only_here) == (
        "B01",
        39 / 40,
        1,
        0,
    )
    assert covered.is_superfluous
    assert {(row.rule.code, row.why) for row in rules_to_look_at(BY)} >= {("A04", "covered")}
    judged(claims[:1], True)
    assert not operation_of(narrow.rule, hits_for(BY)).covered.is_superfluous


def test_appeals_granted_silence_and_overflow_are_reasons_to_look(cast, run):
    version = make_rule_version("A04", activated_at=timezone.now() - timedelta(days=90))
    silent = make_rule_version("B01", text="amount > 1 KRW", activated_at=timezone.now() - timedelta(days=90))
    make_run(business_date=(timezone.now() - timedelta(days=80)).date())
    claims = hit(run, version, 3)
    cases = [make_case(claims=[one], run=run) for one in claims]
    for case, result in zip(cases, ("reversed", "reduced", "upheld"), strict=True):
        case.alerts.update(run=run)
        decision = case.decisions.create(
            number=1, reason="-", content_hash="0" * 64, disposition="confirmed_misuse", amount_minor=1, currency="KRW", proposed_by=cast.reviewer,
            proposed_at=timezone.now(),
        )  # fmt: skip
        Appeal.objects.create(
            case=case,
            decision=decision,
            text="-",
            submitted_by=cast.cardholder,
            submitted_at=timezone.now(),
            result=result,
        )
    HeldBack.objects.create(
        claim=claims[0],
        run=run,
        last_run=run,
        why="rule_budget",
        pattern="A04",
        expected_loss_minor=1,
        since=timezone.now(),
    )
    found = operation_of(version.rule, hits_for(BY))
    assert (found.n_appeals, found.n_reversed) == (3, 2)
    reasons = {(row.rule.code, row.why) for row in rules_to_look_at(BY)}
    assert reasons == {("A04", "reversed"), ("A04", "overflow"), (silent.rule.code, "silent")}


def test_pages_and_interface_tell_the_same(cast, run, client):
    version = make_rule_version("A04")
    claims = hit(run, version, 3, merchant_name="별빛상회")
    judged(claims[:1], False)
    for who in (cast.rule_admin, cast.approver, cast.auditor):
        client.force_login(who)
        page = client.get(reverse("cases:rule-operation", args=["A04"]))
        assert page.status_code == 200
        assert "별빛상회" in page.content.decode()
    answer = client.get("/api/v1/rules/A04/operation/").json()
    assert (answer["hits"], answer["reviewed"], answer["misuse"]) == (3, 1, 0)
    alone = client.get(reverse("cases:rule-misses", args=["A04"]))  # as a link without a script opens it
    part = client.get(reverse("cases:rule-misses", args=["A04"]), headers={"HX-Request": "true"})
    assert (alone.status_code, part.status_code) == (200, 200)
    assert "<h1>" in alone.content.decode()
    assert "<h1>" not in part.content.decode()
    assert client.get("/api/v1/rules/A04/operation/misses/").json() == {
        "n_misuse": 0,
        "nearly": [],
        "only_here": [],
    }
    assert client.get("/api/v1/rules/Z99/operation/misses/").status_code == 404
    assert client.get(reverse("cases:rules-to-look-at")).status_code == 200
    assert client.get("/api/v1/rules/to-look-at/").status_code == 200
    assert client.get(reverse("cases:rule-operation", args=["Z99"])).status_code == 404
    assert client.get("/api/v1/rules/Z99/operation/").status_code == 404
    client.force_login(cast.reviewer)
    assert client.get(reverse("cases:rule-operation", args=["A04"])).status_code == 403
    assert client.get("/api/v1/rules/A04/operation/").status_code == 403


def test_a_case_opened_on_another_night_is_not_the_rules(cast, run):
    version = make_rule_version("A04")
    (claim,) = hit(run, version, 1)
    other = make_run()
    make_case(claims=[claim]).alerts.update(run=other)
    assert operation_of(version.rule, hits_for(BY)).n_cases == 0


@pytest.mark.parametrize(
    ("who", "sees_names"), [("rule_admin", False), ("model_owner", False), ("approver", True)]
)
def test_whoever_looks_at_samples_alone_meets_nobodys_name(client, cast, run, who, sees_names):
    """ASVS 8.2.3: field-level access. What a rule hit may be looked at by those who write rules and train models, not who paid."""
    version = make_rule_version("A04")
    (claim,) = hit(run, version, 1, merchant_name="한우마을 본점")
    claim.cardholder.name = "남궁도현"
    claim.cardholder.save()
    client.force_login(getattr(cast, who))
    page = client.get(reverse("cases:rule-operation", args=["A04"])).content.decode()
    assert "한우마을 본점" in page
    assert ("남궁도현" in page) is sees_names
    assert ("남***" in page) is not sees_names
