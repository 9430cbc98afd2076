"""Rules from misses: who may search, what becomes of a search, one click to a draft, and what nobody is shown."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from audit.actor import Actor
from audit.permissions import NotPermitted
from audit.services import actor_of
from fraud.claims.labels import NewLabel, add_labels
from fraud.claims.models import Claim
from fraud.learning import experimenting
from fraud.learning.experiment_run import run_experiment
from fraud.learning.experimenting import ExperimentNotValid, read_asked, start_experiment
from fraud.learning.mined_rules import draft_candidate
from fraud.learning.models import Experiment
from rules.language import parse, to_sentence
from rules.models import Rule
from tests.cast import make_cast
from tests.night_company import add_claims, add_people, add_rules

pytestmark = pytest.mark.django_db
BY = Actor.system("training")
RESULT = {
    "candidates": [
        {
            "text": "amount > 300,000 KRW",
            "n_conditions": 1,
            "gain": 900.0,
            **{
                name: {"hits": 20, "reviewed": 10, "misuse": 8, "precision": 0.8, "low": 0.49, "high": 0.94,
                       "lower": 0.54, "bundles": 9, "days": 30.0, "cases_a_night": 0.3}
                for name in ("check", "latest", "adds")
            },
            "caught": [],
            "for_nothing": [],
        }
    ],
    "n_paths": 100, "n_promising": 20, "n_proven": 3, "n_missed": 12,
    "together": {"misuse": 8, "hits": 20, "cases_a_night": 0.3},
    "cost_before": 1200.0, "cost_after": 500.0,
}  # fmt: skip


@pytest.fixture
def cast():
    return make_cast()


def finished(**result) -> Experiment:
    return Experiment.objects.create(
        kind="mining",
        state="finished",
        cut_off_at=timezone.now() - timedelta(weeks=6),
        result={**RESULT, **result},
        counts={"learnt": 5, "learnt_misuse": 2, "checked": 4, "checked_misuse": 1},
        started_by="training",
    )


def test_large_payments_that_no_rule_flagged_become_a_rule_and_a_draft(cast):
    add_rules()
    add_people()
    add_claims(2400, seed=3, days=140, start=timezone.now() - timedelta(days=140))
    labels = [
        NewLabel(claim.pk, claim.amount_minor > 300_000, "review", claim.transacted_at + timedelta(days=5))
        for claim in Claim.objects.all()
        if claim.amount_minor > 300_000 or claim.pk % 3 == 0
    ]
    known = [label for label in labels if label.known_at <= timezone.now()]
    add_labels(labels=known, by=BY, subject="file:F-1")
    everything = ",".join(Rule.objects.values_list("code", flat=True))
    asked = read_asked("mining", {"weeks": "6", "without": everything})
    experiment = run_experiment(start_experiment(asked=asked, by=actor_of(cast.rule_admin)))
    assert (experiment.state, experiment.error) == ("finished", "")
    assert experiment.n_done == experiment.n_steps == 5
    assert experiment.counts["checked_from"] < experiment.cut_off_at.isoformat()
    best = experiment.result["candidates"][0]
    assert best["check"]["lower"] > 0.15
    later = Claim.objects.filter(transacted_at__gte=experiment.cut_off_at, amount_minor__gt=300_000)
    known_later = {label.claim_id for label in known if label.is_misuse} & set(
        later.values_list("pk", flat=True)
    )
    assert set(best["caught"]) <= known_later
    assert 0 < best["latest"]["misuse"] == len(best["caught"])
    version = draft_candidate(experiment=experiment, number=1, by=actor_of(cast.rule_admin))
    assert (version.rule.code, version.state, version.text) == ("N01", "draft", best["text"])
    assert version.created_by == cast.rule_admin
    assert version.rule.name_ko == to_sentence(parse(best["text"]), "ko")


def test_a_search_without_misses_to_learn_from_says_so():
    add_rules()
    add_people()
    add_claims(200, seed=1, days=60, start=timezone.now() - timedelta(days=60))
    claim = Claim.objects.latest("transacted_at")
    add_labels(labels=[NewLabel(claim.pk, True, "review", timezone.now())], by=BY, subject="file:F-1")
    with override("en"), pytest.raises(CommandError, match="missed by the rules"):
        call_command("mine_rules", weeks="4")


def test_rule_admins_and_model_owners_search_and_nobody_else(cast):
    asked = read_asked("mining", {})
    for who in (cast.approver, cast.auditor, cast.reviewer):
        with pytest.raises(NotPermitted):
            start_experiment(asked=asked, by=actor_of(who))
    first = start_experiment(asked=asked, by=actor_of(cast.rule_admin))
    with pytest.raises(NotPermitted):
        experimenting.cancel_experiment(experiment=first, by=actor_of(cast.approver))
    assert experimenting.cancel_experiment(experiment=first, by=actor_of(cast.model_owner))
    with pytest.raises(NotPermitted):
        start_experiment(asked=read_asked("methods", {}), by=actor_of(cast.rule_admin))


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"depth": "5"}, "depth"), ({"weeks": "0"}, "weeks"), ({"without": "A01,X99"}, "without")],
)
def test_what_cannot_be_asked_is_refused_with_what_would_be_right(typed, field):
    with pytest.raises(ExperimentNotValid) as refused:
        read_asked("mining", typed)
    assert field in refused.value.problems


def test_only_a_rule_admin_makes_a_draft_and_a_second_click_finds_it_made(cast, client):
    found = finished()
    address = reverse("fraud:draft-mined", args=[found.pk, 1])
    for who in (cast.approver, cast.model_owner, cast.auditor):
        client.force_login(who)
        assert client.post(address).status_code == 403
    client.force_login(cast.rule_admin)
    answer = client.post(address)
    assert answer.headers["Location"] == reverse("fraud:rule", args=["N01"])
    shown = client.get(reverse("fraud:mined-rules-one", args=[found.pk])).content.decode()
    assert "N01" in shown
    assert "Make a draft" not in shown
    assert client.post(address, {"code": "N01"}).status_code == 409
    assert client.post(reverse("fraud:draft-mined", args=[found.pk, 7])).status_code == 404


def test_the_pages_say_it_in_both_languages(cast, client):
    found = finished()
    client.force_login(cast.rule_admin)
    for language, said in (("en", "KRW 300,000"), ("ko", "300,000원")):
        client.post(reverse("fraud:set-preferences"), {"language": language, "next": "/"})
        assert client.get(reverse("fraud:mined-rules")).status_code == 200
        page = client.get(reverse("fraud:mined-rules-one", args=[found.pk])).content.decode()
        assert said in page
    assert client.get(reverse("fraud:experiment", args=[found.pk])).status_code == 302
    Experiment.objects.filter(pk=found.pk).update(state="running")
    parts = client.get(reverse("fraud:mined-rules-one", args=[found.pk]), HTTP_HX_REQUEST="true")
    assert "HX-Refresh" not in parts.headers
    assert client.post(reverse("fraud:start-mining"), {"weeks": "0"}).status_code == 422
    assert client.post(reverse("fraud:cancel-mining", args=[found.pk])).status_code == 302


def test_claims_the_reader_is_involved_in_are_not_named(cast, client):
    add_people()
    add_claims(3, seed=1, days=2, start=timezone.now() - timedelta(days=9))
    own, other, _third = Claim.objects.order_by("pk")
    Claim.objects.filter(pk=own.pk).update(approver_no=cast.rule_admin.employee_no)
    row = {**RESULT["candidates"][0], "caught": [own.pk, other.pk]}
    found = finished(candidates=[row])
    client.force_login(cast.rule_admin)
    answer = client.get(reverse("api-rule-search", args=[found.pk])).json()
    assert answer["candidates"][0]["caught"] == [other.pk]


def test_the_interface_starts_reads_cancels_and_drafts(cast, client, monkeypatch):
    started = []
    monkeypatch.setattr(experimenting, "start_process", started.append)
    client.force_login(cast.rule_admin)

    def post(name: str, body: dict, *args: int):
        return client.post(reverse(name, args=args), json.dumps(body), content_type="application/json")

    refused = post("api-rule-searches", {"depth": 9})
    assert refused.status_code in {400, 422}
    made = post("api-rule-searches", {"weeks": 4, "depth": 2})
    assert made.status_code == 201
    (experiment,) = started
    assert experiment.options == {"depth": 2, "without": []}
    assert post("api-rule-search-cancel", {}, experiment.pk).json()["state"] == "cancelled"
    found = finished()
    rows = client.get(reverse("api-rule-searches")).json()["results"]
    assert [row["id"] for row in rows] == [found.pk, experiment.pk]
    draft = post("api-rule-search-draft", {"number": 1, "code": "N77"}, found.pk)
    assert (draft.status_code, draft.json()) == (201, {"code": "N77", "version": 1})
    assert post("api-rule-search-draft", {"number": 2}, found.pk).status_code in {400, 422}
    client.force_login(cast.approver)
    assert post("api-rule-search-draft", {"number": 1}, found.pk).status_code == 403


def test_a_segments_paths_are_read_counted_and_one_becomes_a_draft(cast, client):
    add_rules()
    add_people()
    add_claims(1500, seed=3, days=80, start=timezone.now() - timedelta(days=80))
    labels = [
        NewLabel(claim.pk, claim.amount_minor > 300_000, "review", claim.transacted_at + timedelta(days=1))
        for claim in Claim.objects.all()
    ]
    add_labels(labels=[one for one in labels if one.known_at <= timezone.now()], by=BY, subject="file:F-1")
    asked = read_asked("mining", {"in_segment": "1", "weeks": "20", "depth": "2", "least": "10,000"})
    experiment = run_experiment(start_experiment(asked=asked, by=actor_of(cast.rule_admin)))
    assert (experiment.state, experiment.error) == ("finished", "")
    best = experiment.result["paths"][0]
    assert best["text"].startswith("amount >= 10,000 KRW and ")
    assert best["later"]["precision"] > 0.9
    client.force_login(cast.rule_admin)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("fraud:mined-rules-one", args=[experiment.pk])).content.decode()
    assert "IF … THEN" in page
    assert "Make a draft of it" in page
    one = client.get(reverse("api-rule-search", args=[experiment.pk])).json()
    assert (one["candidates"], one["paths"][0]["text"]) == ([], best["text"])
    Experiment.objects.filter(pk=experiment.pk).update(state="running")  # what is there may still change
    early = client.get(reverse("fraud:mined-rules-one", args=[experiment.pk])).content.decode()
    assert ("IF … THEN" in early, "Make a draft of it" in early, "Cancel the search" in early) == (
        False,
        False,
        True,
    )
    refused = client.post(reverse("fraud:draft-mined", args=[experiment.pk, 1]))
    assert refused.status_code == 422
    assert "The search is still under way" in refused.content.decode()
    Experiment.objects.filter(pk=experiment.pk).update(state="finished")
    assert client.post(reverse("fraud:draft-mined", args=[experiment.pk, 1])).status_code == 302
    assert Rule.objects.get(code="N01").versions.get().text == best["text"]
    assert client.post(reverse("fraud:draft-mined", args=[experiment.pk, 99])).status_code == 404


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"department": "NONE"}, "department"),
        ({"mcc": "0000"}, "mcc"),
        ({"least": "much"}, "least"),
        ({"least": "500", "most": "400"}, "most"),
        ({"month": "2026-13"}, "month"),
        ({"month": "2001-01"}, "month"),
        ({"month": "2999-01"}, "month"),
    ],
)
def test_what_is_no_segment_is_refused_with_what_would_be_right(typed, field):
    with pytest.raises(ExperimentNotValid) as refused:
        read_asked("mining", {"in_segment": "1", **typed})
    assert field in refused.value.problems
