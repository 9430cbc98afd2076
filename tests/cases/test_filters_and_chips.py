"""Every filter of every list: the chip names a set, and exactly that set is listed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from audit.asked import asked_of
from audit.listing import entries
from audit.models import AuditEvent
from audit.services import actor_of
from audit.views import FILTERS, _filters
from cases.api.queue import FILTERS as API_FILTERS
from cases.models import Case
from cases.pages import queue_filters as queue
from cases.pages import queue_reading
from cases.pages.choices import choices_of
from cases.workflow import State
from fraud.claims.models import Cardholder, Claim, User
from fraud.detection.claim_filters import filter_claims
from fraud.detection.claim_filters import read_filters as read_claim_filters
from fraud.detection.models import RuleHit, Score
from tests.cast import (
    Cast,
    make_case,
    make_cast,
    make_claim,
    make_event,
    make_hit,
    make_rule_version,
    make_run,
    make_score,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cases(cast: Cast) -> list[Case]:
    """Cases of two people: with one rule leading, with it among others, with another, and a hidden one with both."""
    run = make_run()
    rules = [make_rule_version(code) for code in ("A01", "B02")]
    made = []
    for n, (person, pattern, hit_by, hidden) in enumerate(
        [
            (cast.cardholder_record, "A01", [0], False),
            (cast.cardholder_record, "B02", [0, 1], False),
            (cast.stranger_record, "B02", [1], False),
            (cast.stranger_record, "A01", [0, 1], True),
        ]
    ):
        claim = make_claim(cardholder=person, amount_minor=100_000 * (n + 1), currency="KRW")
        band = Score.Band.HIGH if n % 2 else Score.Band.LOW
        for place in hit_by:
            make_hit(run=run, claim=claim, rule_version=rules[place])
        case = make_case(claims=[claim], run=run, pattern=pattern, band=band, drawn_blind=hidden)
        made.append(case)
    return made


def listed(**query: str) -> tuple[set[str], list[str]]:
    """References of the filtered cases, and the keys of the chips shown."""
    typed = QueryDict(mutable=True)
    typed.update(query)
    filters = queue_reading.read_filters(typed)
    found = Case.objects.filter(filters.condition).values_list("reference", flat=True)
    return set(found), [chip["key"] for chip in filters.chips]


def test_every_chip_of_the_queue_lists_exactly_the_cases_it_names(cases: list[Case]) -> None:
    blind = {case.reference for case in cases if case.drawn_blind}
    reasons = {case.reference: _reasons(case) for case in cases if case.reference not in blind}
    expected: dict[tuple[str, str], set[str]] = {
        **{
            ("rule", code): {ref for ref, codes in reasons.items() if code in codes}
            for code in ("A01", "B02")
        },
        **{
            ("band", band): {c.reference for c in cases if c.band == band and not c.drawn_blind}
            for band in ("low", "high")
        },
        **{
            ("person", number): {c.reference for c in cases if c.cardholder.employee_no == number}
            for number in {c.cardholder.employee_no for c in cases}
        },
        **{("q", c.reference): {c.reference} for c in cases},
        **{
            ("department", code): {c.reference for c in cases if c.cardholder.department.code == code}
            for code in {c.cardholder.department.code for c in cases}
        },
        ("state", "new"): {c.reference for c in cases if c.state == State.NEW},
        ("state", "closed"): set(),
        ("min", "300000"): {c.reference for n, c in enumerate(cases, 1) if n >= 3},
    }
    for (key, value), wanted in expected.items():
        found, chips = listed(**{key: value})
        assert (key, value, found) == (key, value, wanted)
        assert chips == [key]


def test_the_interface_narrows_cases_as_the_queue_does(client: Client, cast: Cast, cases: list[Case]) -> None:
    client.force_login(cast.reviewer)
    today = timezone.localdate().isoformat()
    for key, value, wrong in (
        ("rule", "A01", ""),
        ("person", cases[0].cardholder.employee_no, ""),
        ("run", cases[0].run.reference, ""),
        ("disposition", "legitimate", "gone"),
        ("verdict", "misuse", "gone"),
        ("min", "300000", "much"),
        ("decided", today, "2026-02-31"),
        ("asked", today, "31.3.2026"),
        ("appealed", today, "x"),
        ("appeal", "reversed", "undone"),
    ):
        found = client.get("/api/v1/cases/", {key: value}).json()["results"]
        assert (key, {one["reference"] for one in found}) == (key, listed(**{key: value})[0])
        if wrong:
            refused = client.get("/api/v1/cases/", {key: wrong})
            assert (refused.status_code, key in refused.content.decode()) == (400, True)
    client.force_login(cast.clerk)
    assert client.get("/api/v1/cases/", {"rule": "A01"}).status_code in (400, 403)


def _reasons(case: Case) -> set[str]:
    codes = RuleHit.objects.filter(claim__alerts__case=case).values_list(
        "rule_version__rule__code", flat=True
    )
    return {*codes, case.pattern}


def test_what_is_no_filter_shows_no_chip_and_leaves_nothing_out(cases: list[Case]) -> None:
    for key, nonsense in (
        ("band", "purple"),
        ("state", "gone"),
        ("source", "x"),
        ("min", "much"),
        ("decided", "2026-02-31"),
        ("verdict", "x"),
    ):
        found, chips = listed(**{key: nonsense})
        assert (len(found), chips) == (len(cases), [])


def test_every_chip_of_the_claims_lists_exactly_the_claims_it_names(cast: Cast, cases: list[Case]) -> None:
    reader = cast.actor("reviewer")
    claims = list(Claim.objects.select_related("merchant", "cardholder"))
    first_run, later = make_run(), make_run()
    for n, claim in enumerate(claims):
        make_score(run=first_run, claim=claim, band="low")
        if n:
            make_score(run=later, claim=claim, band="high")
    wanted: dict[tuple[str, str], Callable[[Claim], bool]] = {
        ("min", "200000"): lambda c: c.amount_minor >= 200_000,
        ("max", "200000"): lambda c: c.amount_minor <= 200_000,
        ("person", claims[0].cardholder.employee_no): lambda c: c.cardholder_id == claims[0].cardholder_id,
        ("merchant", str(claims[0].merchant_id)): lambda c: c.merchant_id == claims[0].merchant_id,
        ("rule", "A01"): lambda c: c.hits.filter(rule_version__rule__code="A01").exists(),
        ("run", later.reference): lambda c: c.pk != claims[0].pk,
        ("band", "low"): lambda c: c.pk == claims[0].pk,
        ("band", "high"): lambda c: c.pk != claims[0].pk,
        ("type", claims[0].txn_type): lambda c: c.txn_type == claims[0].txn_type,
    }
    for (key, value), belongs in wanted.items():
        typed = QueryDict(mutable=True)
        typed.update({key: value})
        filters = read_claim_filters(typed)
        assert [chip["key"] for chip in filters.chips] == [key]
        found = set(filter_claims(filters, reader).values_list("pk", flat=True))
        assert (key, value, found) == (key, value, {claim.pk for claim in claims if belongs(claim)})


def test_who_sees_no_scores_gets_no_chip_for_risk() -> None:
    filters = read_claim_filters(QueryDict("band=high"), may_see_scores=False)
    assert (filters.band, filters.chips) == ("", ())


def test_a_name_of_very_many_people_finds_all_of_them(cast: Cast) -> None:
    Cardholder.objects.bulk_create(
        Cardholder(employee_no=f"N{n}", name="김하나", department=cast.department) for n in range(250)
    )
    last = make_case(cardholder=Cardholder.objects.get(employee_no="N249"))
    assert listed(q="김하나")[0] == {last.reference}


def test_audit_filters_list_exactly_what_they_name_and_say_what_is_no_day(
    rf: RequestFactory, cast: Cast, cases: list[Case]
) -> None:
    for case, action in zip(cases, ("case.taken", "case.released", "case.taken"), strict=False):
        make_event(case=case, action=action, by=cast.reviewer)

    def asked(query: dict[str, str]) -> HttpRequest:
        request = rf.get("/", query)
        request.user = cast.auditor
        return request

    def found(request: HttpRequest) -> QuerySet[AuditEvent]:
        return entries(_filters(asked_of(request, *FILTERS)), actor_of(cast.auditor))

    today = timezone.localdate()
    event = AuditEvent.objects.first()
    assert event is not None
    for query, wanted in (
        ({"subject": event.subject}, {e.pk for e in AuditEvent.objects.all() if e.subject == event.subject}),
        ({"action": event.action}, {e.pk for e in AuditEvent.objects.all() if e.action == event.action}),
        ({"from": (today + timedelta(days=1)).isoformat()}, set()),
        ({"to": (today - timedelta(days=1)).isoformat()}, set()),
    ):
        assert {e.pk for e in found(asked(query))} == wanted
    wrong = asked({"from": "2026-02-31"})
    assert found(wrong).count() == AuditEvent.objects.count()
    assert "2026-02-31" in wrong.not_understood[0]


#: List → an address of it of which nothing can be understood, and how many sentences say so.
NOT_UNDERSTOOD = {
    "/queue/?view=held_back&part=x&why=x&rule=QQ9&run=R-9&foo=1": 5,
    "/claims/?from=x&type=x&foo=1": 3,
    "/files/?foo=1": 1,
    "/runs/?foo=1": 1,
    "/money-back/?foo=1": 1,
    "/recovery/?view=x&decided=1&foo=1": 3,
    "/recovery/entries/?view=x": 1,
    "/approvals/?kind=x&foo=1": 2,
    "/reports/?days=7": 1,
    "/calendar/?year=12": 1,
    "/notices/?foo=1": 1,
    "/mail/?foo=1": 1,
    "/rules/gallery/?group=x": 1,
}
OF_ADMINS = {
    "/people/?view=x&role=x&state=x&foo=1": 4,
    "/audit/?from=x&to=1&action=x&foo=1": 4,
    "/labels/?from=x&source=x&outcome=x": 3,
}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_list_says_what_it_did_not_understand(client: Client, cast: Cast, language: str) -> None:
    client.cookies["django_language"] = language
    for who, lists in (("approver", NOT_UNDERSTOOD), ("auditor", OF_ADMINS)):
        user = getattr(cast, who)
        User.objects.filter(pk=user.pk).update(language=language)
        client.force_login(user)
        for address, n in lists.items():
            answer = client.get(address)
            assert answer.status_code == 200, (who, address)
            main = answer.content.decode().split("<main", 1)[1]
            assert main.count('<div class="notice warning">') >= n, (address, n)
            clean = client.get(address.partition("?")[0]).content.decode().split("<main", 1)[1]
            before = clean.count('<div class="notice warning">')
            assert main.count('<div class="notice warning">') == before + n, address


def test_the_interface_narrows_by_what_the_queue_narrows_by() -> None:
    own_way = {"state", "assignee"}
    assert set(queue.FILTERS) - {one.name for one in API_FILTERS} - own_way == set()


@pytest.mark.parametrize("typed", ["E2001", "e2001", "e-2001", " E 2001 ", "Ｅ２００１"])
def test_every_filter_by_a_person_takes_the_number_however_it_is_spelled(
    client: Client, cast: Cast, cases: list[Case], typed: str
) -> None:
    record = cast.cardholder_record
    case = make_case(cardholder=record)
    make_case(cardholder=cast.stranger_record)
    wanted = set(Case.objects.filter(cardholder=record).values_list("pk", flat=True))
    for name in ("person", "q"):
        found = Case.objects.filter(queue_reading.read_filters(QueryDict(urlencode({name: typed}))).condition)
        assert set(found.values_list("pk", flat=True)) == wanted
        filters = read_claim_filters(QueryDict(urlencode({name: typed})))
        claims = filter_claims(filters, cast.actor("auditor"))
        assert {claim.cardholder_id for claim in claims} == {record.pk}
    client.force_login(cast.reviewer)
    listed = client.get("/api/v1/cases/", {"q": typed}).json()
    assert {one["reference"] for one in listed["results"]} == {
        one.reference for one in Case.objects.filter(pk__in=wanted)
    }
    assert client.get(f"/cases/{case.reference}/").status_code == 200
    client.force_login(cast.auditor)
    seen = client.get("/audit/access/", {"employee_no": typed}).content.decode()
    assert case.reference in seen


def test_the_reasons_to_choose_from_are_those_that_rows_of_open_cases_show(cast: Cast) -> None:
    cache.clear()  # what there is to choose from is remembered for half a minute, also that of another test
    run, claim, hidden, done = make_run(), make_claim(), make_claim(), make_claim()
    for code, of_claim in (("A04", claim), ("D07", claim), ("T06", hidden), ("T07", done)):
        make_hit(run=run, claim=of_claim, rule_version=make_rule_version(code))
    make_case(claims=[claim], run=run, pattern="A04")
    make_case(claims=[hidden], run=run, pattern="control_sample", drawn_blind=True)
    make_case(claims=[done], run=run, pattern="T07", state=State.CLOSED.value, closed_at=timezone.now())
    offered = choices_of(actor_of(cast.reviewer), "en")["rules"]
    assert [code for code, _name in offered] == ["A04", "D07"]


@pytest.mark.parametrize(
    ("query", "korean"),
    [("view=all&decided=notadate", "notadate"), ("view=open&source=hotline", "hotline"), ("view=zzz", "zzz")],
)
def test_the_queue_says_which_value_it_did_not_understand(
    client: Client, cast: Cast, query: str, korean: str
) -> None:
    client.force_login(cast.reviewer)
    for language, words in (("en", "is not"), ("ko", "아닙니다")):
        client.cookies["django_language"] = language
        page = client.get(f"{reverse('cases:queue')}?{query}").content.decode()
        notices = [part.split("</div>")[0] for part in page.split('class="notice warning"')[1:]]
        assert any(f"“{korean}”" in said and words in said for said in notices), notices
