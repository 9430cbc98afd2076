"""Claims: filters in the URL, pages that show each claim once, a page per claim, and a safe export."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AccessRecord, AuditEvent
from fraud.claims.models import Claim
from fraud.claims.named import mask
from fraud.web.exports import harmless
from tests.cast import make_claim, make_merchant, put_case
from tests.scene import shared_scene

pytestmark = pytest.mark.django_db


scene = shared_scene(n_cases=8, n_history=20)


def shown(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'class="main" href="/claims/(\d+)/"', page)]


def test_list_shows_newest_first_and_each_claim_once(client, scene, monkeypatch):
    monkeypatch.setattr("fraud.detection.views.claims.PAGE_SIZE", 7)
    client.force_login(scene.cast.reviewer)
    seen, address = [], "/claims/"
    for _ in range(20):
        page = client.get(address).content.decode()
        seen += shown(page)
        following = re.search(r'href="(\?[^"]*after=[^"]+)" rel="next"', page)
        if not following:
            break
        address = "/claims/" + following[1].replace("&amp;", "&")
    expected = list(Claim.objects.order_by("-transacted_at", "-pk").values_list("pk", flat=True))
    assert seen == expected


def test_list_needs_few_queries(client, scene, django_assert_max_num_queries):
    client.force_login(scene.cast.reviewer)
    with django_assert_max_num_queries(16):
        client.get("/claims/?q=한우")


@pytest.mark.parametrize(
    ("query", "keep"),
    [
        ("q=한우", lambda c: "한우" in c.merchant.name),
        ("min=300000", lambda c: c.amount_minor >= 300_000),
        ("max=50,000", lambda c: c.amount_minor <= 50_000),
        ("person=E3001", lambda c: c.cardholder.employee_no == "E3001"),
        ("type=refund", lambda c: c.txn_type == "refund"),
        ("rule=T01", lambda c: c.hits.filter(rule_version__rule__code="T01").exists()),
    ],
)
def test_filter_keeps_what_a_plain_look_keeps(client, scene, query, keep):
    client.force_login(scene.cast.reviewer)
    page = client.get(f"/claims/?{query}").content.decode()
    assert set(shown(page)) == {claim.pk for claim in Claim.objects.all() if keep(claim)}
    assert 'class="chip"' in page


def test_date_filter_takes_both_ends(client, scene):
    client.force_login(scene.cast.reviewer)
    day = timezone.localdate() - timedelta(days=3)
    page = client.get(f"/claims/?from={day}&to={day}").content.decode()
    expected = {c.pk for c in Claim.objects.all() if timezone.localtime(c.transacted_at).date() == day}
    assert set(shown(page)) == expected


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "to=2026-13-40",
        "min=abc",
        "max=1e5x",
        "after=%%%",
        "merchant=9" * 9,
        "run=x",
        "band=zz",
    ],
)
def test_unreadable_filter_is_left_out_not_a_crash(client, scene, query):
    client.force_login(scene.cast.reviewer)
    assert client.get(f"/claims/?{query}").status_code == 200


def test_unreadable_date_is_named(client, scene):
    client.force_login(scene.cast.reviewer)
    assert "gestern" in client.get("/claims/?from=gestern").content.decode()


def test_no_match_offers_the_way_back(client, scene):
    client.force_login(scene.cast.reviewer)
    page = client.get("/claims/?q=nobody-at-all").content.decode()
    assert 'class="empty' in page
    assert 'href="/claims/"' in page


def test_run_lists_by_score(client, scene):
    client.force_login(scene.cast.reviewer)
    page = client.get(f"/claims/?run={scene.run.reference}").content.decode()
    order = list(scene.run.scores.order_by("-queue_probability", "-pk").values_list("claim_id", flat=True))
    assert shown(page) == order


def test_clerk_sees_claims_without_scores(client, scene):
    client.force_login(scene.cast.clerk)
    flagged = scene.run.scores.first().claim_id
    assert 'class="band' not in client.get("/claims/").content.decode()
    page = client.get(f"/claims/{flagged}/").content.decode()
    assert 'class="reasons"' not in page


@pytest.mark.parametrize("name", ["cardholder", "manager", "rule_admin", "model_owner", "system_admin"])
def test_claims_are_closed_to_who_may_not_see_them(client, scene, name):
    client.force_login(getattr(scene.cast, name))
    assert client.get("/claims/").status_code == 403
    assert client.get(f"/claims/{scene.claims[0].pk}/").status_code == 403


def test_page_shows_hits_reasons_and_neighbours(client, scene, django_assert_max_num_queries):
    client.force_login(scene.cast.reviewer)
    client.cookies["django_language"] = "en"
    claim = scene.run.scores.order_by("-queue_probability").first().claim
    with django_assert_max_num_queries(26):
        page = client.get(f"/claims/{claim.pk}/").content.decode()
    assert "Split payment" in page
    assert "times the cardholder" in page
    assert "/cases/C-2026-" in page


def test_looking_at_a_claim_is_recorded(client, scene):
    client.force_login(scene.cast.reviewer)
    client.get(f"/claims/{scene.claims[0].pk}/")
    seen = AccessRecord.objects.get()
    assert (seen.actor, seen.employee_no) == (
        scene.cast.reviewer.username,
        scene.claims[0].cardholder.employee_no,
    )


def test_score_of_an_undecided_random_check_is_hidden(client, scene):
    from tests.cast import make_score

    claim = scene.claims[0]
    make_score(claim=claim, run=scene.run)
    client.force_login(scene.cast.reviewer)
    assert 'class="band' not in client.get(f"/claims/{claim.pk}/").content.decode()
    assert claim.pk not in shown(client.get(f"/claims/?run={scene.run.reference}").content.decode())
    case = scene.cases["blind"]
    put_case(case, closed_at=timezone.now(), state="closed")
    assert 'class="band' in client.get(f"/claims/{claim.pk}/").content.decode()


def test_export_needs_a_reason_and_is_kept(client, scene):
    client.force_login(scene.cast.approver)
    assert client.post("/claims/export/", {"reason": "x"}).status_code == 400
    answer = client.post("/claims/export/?q=한우", {"reason": "quarterly sample"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) - 1 == Claim.objects.filter(merchant__name="한우마을").count()
    assert all(re.fullmatch(r".\*+", row[3]) for row in rows[1:])
    event = AuditEvent.objects.get(action="claims.exported")
    assert event.reason == "quarterly sample"


def test_export_is_closed_to_reviewers(client, scene):
    client.force_login(scene.cast.reviewer)
    assert client.post("/claims/export/", {"reason": "quarterly sample"}).status_code == 403


def test_auditor_exports_full_names(client, scene):
    client.force_login(scene.cast.auditor)
    answer = client.post("/claims/export/", {"reason": "annual audit"})
    assert "박하준" in b"".join(answer.streaming_content).decode()


def test_export_starts_no_formula(client, scene):
    make_claim(merchant=make_merchant("=HYPERLINK(1)"), purpose_text="@SUM(A1)", external_id="-1+2")
    client.force_login(scene.cast.auditor)
    text = b"".join(client.post("/claims/export/", {"reason": "annual audit"}).streaming_content).decode(
        "utf-8-sig"
    )
    for row in csv.reader(io.StringIO(text)):
        assert all(not cell.startswith(("=", "+", "@", "\t")) for cell in row)
        assert not row[0].startswith("-")


@pytest.mark.parametrize(
    ("cell", "safe"),
    [("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("\tx", "'\tx"), ("a=1", "a=1"), ("", "")],
)
def test_cell_that_could_start_a_formula_gets_an_apostrophe(cell, safe):
    assert harmless(cell) == safe


def test_mask_keeps_the_first_letter():
    assert [mask("김도현"), mask("Al"), mask("")] == ["김**", "A*", ""]


def test_filters_that_cannot_be_read_are_named_and_none_is_passed_over(client, scene):
    client.force_login(scene.cast.reviewer)
    unread = {
        "type": "nonsense",
        "merchant": "cafe",
        "currency": "won!",
        "run": "R-1",
        "band": "huge",
        "min": "much",
    }
    for name, value in unread.items():
        page = client.get("/claims/", {name: value}).content.decode()
        assert 'class="notice warning' in page, name
        answer = client.get("/api/v1/claims/", {name: value})
        assert answer.status_code == 400, name


def test_a_currency_alone_narrows_the_list_and_shows_as_a_chip(client, scene):
    client.force_login(scene.cast.reviewer)
    make_claim(currency="USD", amount_minor=12_345)
    found = client.get("/api/v1/claims/", {"currency": "usd"}).json()["results"]
    assert [row["currency"] for row in found] == ["USD"]
    assert "USD" in client.get("/claims/", {"currency": "USD"}).content.decode()


@pytest.mark.parametrize(
    ("query", "said"), [("source=control", "source"), ("type=par", "부분"), ("band=extreme", "높음")]
)
def test_what_the_list_cannot_filter_by_is_said_in_words(client, scene, query, said):
    client.force_login(scene.cast.reviewer)
    (problem,) = client.get(f"/claims/?{query}").context["filters"].problems
    assert said in problem
    assert "partial_cancel" not in problem


def test_parts_of_a_score_on_the_claims_page_add_up_to_what_it_says(client, scene):
    score = scene.run.scores.exclude(reasons=None).first() or scene.run.scores.first()
    parts = [
        ("rule", "A04", 1.234),
        ("tree", "amount", 0.517),
        ("anomaly", "peers", 0.596),
        ("intercept", "base", -4.111),
    ]
    facts = {"tail": 0.8}
    score.reasons = [
        *({"kind": kind, "code": code, "value": value, "facts": facts} for kind, code, value in parts),
        {"kind": "novelty", "code": "amount", "value": 3.2, "facts": {"features": {"amount": 90_000}}},
    ]
    score.z = sum(value for *_name, value in parts)
    score.save(update_fields=["reasons", "z"])
    client.force_login(scene.cast.reviewer)
    client.cookies["django_language"] = "en"
    page = client.get(f"/claims/{score.claim_id}/").content.decode()
    table = page[page.index('id="sum"') :].split("</details>")[0].replace("−", "-")
    *shown_parts, total = (
        float(cell) for cell in re.findall(r'class="number(?: strong)?">([+-][\d.]+)<', table)
    )
    assert len(shown_parts) == len(parts)
    assert sum(shown_parts) == pytest.approx(total, abs=0.005 * (len(parts) + 1))
    assert "log-odds" in table
    assert "Rule A04" in table
    assert f"{total:+.2f}" in table.split("</summary>")[0]
