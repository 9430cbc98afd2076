"""The case load of a rule as page and interface, on a company with a model."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.people import number_key
from cases.api import rule_load
from cases.pages import case_load_beside
from cases.pages.case_load import case_load
from cases.pages.case_load_beside import AS_JSON
from cases.pages.load_period import asked_period
from fraud.claims.labels import NewLabel, add_labels
from fraud.claims.models import Claim
from fraud.web.beside import Done, Waiting
from fraud.workbench.would_be import would_be
from rules.language import parse
from rules.models import RuleVersion
from rules.rollout import is_inside
from tests.cast import make_cast, make_claim
from tests.night_company import add_claims, add_people, add_rules
from tests.night_model import install_model

pytestmark = pytest.mark.django_db
TEXT = "amount > 300,000 KRW"


@pytest.fixture
def cast():
    found = make_cast()
    add_rules()
    add_people(20, 30)
    install_model()
    add_claims(300, days=20, start=timezone.now() - timedelta(days=20), is_history=True)
    return found


def test_page_and_interface_say_what_the_nights_would_choose(client, cast):
    by = cast.actor("rule_admin")
    found = case_load(code="Z90", tree=parse(TEXT), by=by, period=asked_period("", ""))
    payments = Claim.objects.filter(txn_type="purchase", amount_minor__gt=0)
    assert found.n_hits == sum(claim.amount_minor > 300_000 for claim in payments)
    assert sum(part.n_claims for part in found.overlap) == found.n_claims == payments.count()
    assert len(found.before.cases) == len(found.after.cases) == len(found.nights)
    assert sum(part.n_hits for _, part in found.bands) == found.n_hits

    client.force_login(cast.rule_admin)
    client.cookies["django_language"] = "en"
    body = {"code": "Z90", "text": TEXT}
    answer = client.post("/api/v1/rules/case-load/", json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json()["n_hits"]) == (200, found.n_hits)
    code = "X01"
    page = client.get(reverse("cases:rule-load", args=[code]))
    assert "New cases a night" in page.content.decode()
    for asked in ("from=x", "from=2026-13-01", "from=2001-01-01"):
        refused = client.get(f"{reverse('cases:rule-load', args=[code])}?{asked}")
        assert refused.status_code == 422
        assert 'role="alert"' in refused.content.decode()
    assert client.get(reverse("cases:rule-load", args=["NONE"])).status_code == 404


def test_a_rule_for_a_share_of_the_cardholders_costs_what_those_people_cost(client, cast):
    by, text = cast.actor("rule_admin"), "net_amount > 20,000 KRW"
    asked = {"code": "Z90", "tree": parse(text), "by": by, "period": asked_period("", ""), "always": True}
    people = dict(Claim.objects.values_list("pk", "cardholder__employee_no"))
    for rate in (0.0, 0.2, 1.0):
        found = would_be(**asked, rate=rate)
        inside = [is_inside("Z90", number_key(people[pk]), rate) for pk in found.claims["claim_id"]]
        assert found.hits.sum() > 20
        others = found.before["is_always_open"].to_numpy()
        assert found.after["is_always_open"].to_list() == (others | found.hits & inside).tolist()
    whole, fifth = (case_load(**asked, rate=rate) for rate in (1.0, 0.2))
    assert whole.n_hits == fifth.n_hits  # a hit outside the share is told; it lifts nothing

    client.force_login(cast.rule_admin)
    RuleVersion.objects.filter(rule__code="X01", state="active").update(rollout_rate="0.25")
    page = client.get(reverse("cases:rule-load", args=["X01"]), headers={"accept-language": "en"})
    assert 'value="25" selected' in page.content.decode()
    assert client.get(f"{reverse('cases:rule-load', args=['X01'])}?percent=0").status_code == 422
    body = {"code": "Z90", "text": text, "percent": 101}
    assert client.post("/api/v1/rules/case-load/", body, content_type="application/json").status_code == 400


def test_a_long_case_load_is_answered_with_a_place_to_ask_by_whoever_asked(client, cast, monkeypatch):
    working = [True]

    def answered(*args, **kwargs):
        return Waiting(3) if working else Done(case_load(**asked))

    asked = {
        "code": "Z90",
        "tree": parse(TEXT),
        "by": cast.actor("rule_admin"),
        "period": asked_period("", ""),
    }
    monkeypatch.setattr(rule_load, "load_beside", answered)
    client.force_login(cast.rule_admin)
    body = json.dumps({"code": "Z90", "text": TEXT})
    first = client.post("/api/v1/rules/case-load/", body, content_type="application/json")
    place = first["Location"]
    assert (first.status_code, first["Retry-After"]) == (202, "2")
    assert first.json() == {"state": "working", "seconds": 3, "ask": place}
    assert client.post("/api/v1/rules/case-load/", body, content_type="application/json")["Location"] == place
    assert client.get(place).status_code == 202
    client.force_login(cast.approver)  # may ask for case loads, but did not ask for this one
    assert client.get(place).status_code == 404
    client.force_login(cast.rule_admin)
    assert client.get(place.replace(place[-8:-1], "0000000")).status_code == 404
    working.clear()
    told = client.get(place)
    assert (told.status_code, told.json()["n_hits"]) == (200, case_load(**asked).n_hits)


def test_a_case_load_reads_the_same_from_the_file_another_process_wrote(cast):
    found = case_load(
        code="Z90", tree=parse(TEXT), by=cast.actor("rule_admin"), period=asked_period("", ""), always=True
    )
    told = AS_JSON.read(json.loads(json.dumps(AS_JSON.write(found))))
    whole = [replace(each, seen=set(), sampled=set()) for each in (found.before, found.after)]
    assert told == replace(found, before=whole[0], after=whole[1])
    assert AS_JSON.read(AS_JSON.write(None)) is None


def test_what_a_case_load_rests_on_is_in_its_name(cast, monkeypatch):
    names = []
    monkeypatch.setattr(case_load_beside, "beside", lambda key, work, form: names.append(key))
    asked = {
        "code": "Z90",
        "tree": parse(TEXT),
        "by": cast.actor("rule_admin"),
        "period": asked_period("", ""),
    }

    def name(**other):
        case_load_beside.load_beside(**asked | other)
        return names[-1]

    known = [name(), name(rate=0.2), name(by=cast.actor("approver")), name(tree=parse("amount > 1 KRW"))]
    add_labels(
        labels=[NewLabel(Claim.objects.latest("pk").pk, True, "review", timezone.now())],
        by=cast.actor("system_admin"),
        subject="file:F-9",
    )
    known.append(name())
    RuleVersion.objects.filter(state="active").update(rollout_rate="0.5")
    known.append(name())
    make_claim(transacted_at=timezone.now() - timedelta(days=2))
    assert len({*known, name()}) == 7
    assert name() == name()


def test_who_may_neither_write_nor_approve_rules_sees_no_case_load(client, cast):
    client.force_login(cast.auditor)
    assert client.get(reverse("cases:rule-load", args=["X01"])).status_code == 403
