"""A case in one look: its brief, its strips of outcomes, who is linked to whom; and who never sees any of it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from audit.actor import Actor
from audit.services import actor_of
from cases.models import Case, Decision, Recovery, RecoveryPosting
from cases.pages.brief import Line, brief_of
from cases.pages.case import claims_of, reasons_of
from cases.pages.headlines import headline
from cases.pages.links import links_of, read_open
from cases.pages.outcome_rows import outcome_rows
from cases.pages.person import cases_like
from cases.pages.strips import Strip, strips_of
from cases.services.money_told import attach_money
from cases.workflow import State
from fraud.claims.models import Claim, Label, Relative
from tests.cast import (
    NOW,
    Cast,
    make_cardholder,
    make_case,
    make_cast,
    make_claim,
    make_hit,
    make_merchant,
    make_rule_version,
    make_run,
    make_score,
    put_case,
)

pytestmark = pytest.mark.django_db
READER = Actor("reader", employee_no="E8888")
WINDOW = "count(same cardholder, merchant within 30 minutes)"
TREE = {
    "kind": "tree",
    "code": "amount",
    "value": 0.9,
    "facts": {
        "currency": "KRW",
        "features": {"amount_ratio_self_30d": 3.8, "amount_ratio_merchant_90d": 2.0},
        "baselines": {
            "amount_ratio_self_30d": {"value": 84_000, "usual": 22_000},
            "amount_ratio_merchant_90d": {"value": 84_000, "usual": 42_000},
        },
    },
}
MISUSE = {
    "kind": "tree",
    "code": "known_misuse",
    "value": 2.9,
    "facts": {"features": {"days_since_known_misuse_cardholder": 134.2}},
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def flagged(cast: Cast, *, with_rule: bool = True, **fields: Any) -> Case:
    """A case of one dinner with a rule that counted two payments and reasons of the model."""
    run = make_run(cut_off_at=NOW)
    claim = make_claim(merchant=make_merchant("한우마을"))
    if with_rule:
        facts = {"values": {WINDOW: {"kind": "number", "value": 2}}}
        make_hit(claim=claim, run=run, rule_version=make_rule_version(), facts=facts)
    make_score(claim=claim, run=run, reasons=[MISUSE, TREE])
    return make_case(claims=[claim], run=run, **fields)


def lines_of(case: Case, **options: Any) -> dict[str, Line]:
    attach_money([case])
    rows = claims_of(case)
    with translation.override("en"):
        return {line.kind: line for line in brief_of(case, rows, reasons_of(case, rows), **options)}


def said_by(line: Line) -> str:
    with translation.override("en"):
        return line.text


def test_brief_says_what_happened_against_what_it_is_unusual_and_what_came_back(cast: Cast) -> None:
    case = flagged(cast)
    lines = lines_of(case)
    assert said_by(lines["happened"]) == (
        "김도현 paid KRW 84,000 at 한우마을 (Restaurants) on Thu 19 Nov 20:00."
    )
    unusual = said_by(lines["unusual"])
    assert unusual.startswith("Split payment: 2 payments by one cardholder at one merchant")
    assert "3.8 times the cardholder's 30-day mean (KRW 84,000; usual KRW 22,000)" in unusual
    assert said_by(lines["back"]) == "Nothing has come back yet: KRW 84,000 is still gone."


def test_every_number_of_the_brief_leads_to_its_proof(client: Any, cast: Cast) -> None:
    case = flagged(cast)
    client.force_login(cast.reviewer)
    page = client.get(reverse("cases:detail", args=[case.reference])).content.decode()
    links = [part.url for line in lines_of(case).values() for part in line.links]
    assert len(links) >= 6
    for url in links:
        if url.startswith("#"):
            assert f'id="{url[1:]}"' in page, url
        else:
            assert client.get(url).status_code == 200, url


def test_several_payments_are_counted_and_added_in_the_brief(cast: Cast) -> None:
    at = NOW - timedelta(hours=14)
    claims = [
        make_claim(amount_minor=minor, transacted_at=at + timedelta(minutes=minutes))
        for minutes, minor in ((0, 187_000), (22, 179_000))
    ]
    said = said_by(lines_of(make_case(claims=claims))["happened"])
    assert "paid 2 times" in said
    assert "Thu 19 Nov 20:00 to 20:22: KRW 366,000 together" in said


def test_what_came_back_is_told_with_what_is_left(cast: Cast) -> None:
    claim = make_claim(amount_minor=84_000)
    case = make_case(claims=[claim])
    make_claim(txn_type="partial_cancel", amount_minor=-30_000, original_claim=claim, credit_minor=30_000)
    said = said_by(lines_of(case)["back"])
    assert said == "KRW 30,000 came back by cancellation or refund; KRW 54,000 is still gone."


def test_what_was_paid_back_counts_as_come_back(cast: Cast) -> None:
    case = make_case(
        claims=[make_claim(amount_minor=84_000)], state=State.RECOVERING.value, disposition="confirmed_misuse"
    )
    decision = Decision.objects.create(
        case=case,
        number=1,
        state=Decision.State.APPROVED,
        disposition="confirmed_misuse",
        amount_minor=84_000,
        currency="KRW",
        reason="x",
        content_hash="0" * 64,
        proposed_by=cast.reviewer,
        proposed_at=NOW,
        decided_at=NOW,
    )
    recovery = Recovery.objects.create(
        case=case, decision=decision, amount_minor=84_000, currency="KRW", opened_at=NOW, due_on=NOW.date()
    )
    RecoveryPosting.objects.create(
        recovery=recovery,
        amount_minor=50_000,
        method="bank_transfer",
        bank_reference="B1",
        received_on=NOW.date(),
        posted_by=cast.clerk,
        posted_at=NOW,
    )
    assert said_by(lines_of(case)["back"]) == (
        "KRW 84,000 was decided to come back, KRW 50,000 was paid back; KRW 34,000 is still to come back."
    )


def test_random_check_says_in_its_brief_only_that_it_is_one(cast: Cast) -> None:
    lines = lines_of(flagged(cast, drawn_blind=True))
    assert said_by(lines["unusual"]).startswith("Chosen by lot")
    assert not lines["unusual"].links


def test_who_may_not_see_scores_has_no_second_line(cast: Cast) -> None:
    assert "unusual" not in lines_of(flagged(cast), shows_reasons=False)


def test_headline_describes_the_payment_and_not_what_was_known_before() -> None:
    case = make_case(headline=MISUSE, pattern="model")
    for language, words in (("en", "after earlier confirmed misuse"), ("ko", "오남용 확인 이력이 있는 결제")):
        with translation.override(language):
            said = headline(case, language, {})
        assert words in said
        assert "134" not in said
    old_shop = {
        "kind": "tree",
        "code": "merchant",
        "value": 1,
        "facts": {"features": {"merchant_age_days": 862}},
    }
    assert "862" not in headline(make_case(headline=old_shop, pattern="model"), "ko", {})
    assert "3.8배" in headline(make_case(headline=TREE, pattern="model"), "ko", {})


def labelled(is_misuse: bool | None, *, at: Any, known_at: Any = None, **fields: Any) -> Claim:
    claim = make_claim(transacted_at=at, **fields)
    Label.objects.create(
        claim=claim,
        is_misuse=is_misuse,
        source="review",
        known_at=known_at or at + timedelta(days=9),
        labelled_by="x",
    )
    return claim


def history(cast: Cast) -> tuple[Case, list[Claim]]:
    """A case now, and a year of outcomes of its person and of others at its merchant."""
    here, elsewhere = make_merchant("한우마을"), make_merchant("분식집")
    now = timezone.now()
    own = make_claim(merchant=here, transacted_at=now - timedelta(hours=2))
    case = make_case(claims=[own])
    told = [
        labelled(verdict, at=now - timedelta(days=days), merchant=place, cardholder=person)
        for days, verdict, place, person in (
            (40, True, here, cast.cardholder_record),
            (41, False, elsewhere, cast.cardholder_record),
            (75, True, here, cast.stranger_record),
            (76, False, here, cast.stranger_record),
            (100, None, here, cast.stranger_record),  # withdrawn: nothing is known
            (500, True, here, cast.cardholder_record),  # too old
        )
    ]
    make_case(
        claims=[
            make_claim(merchant=here, cardholder=cast.stranger_record, transacted_at=now - timedelta(days=3))
        ]
    )
    return case, told


def plainly(case: Case, column: str, key: int) -> Counter[tuple[date, str]]:
    """Month and verdict of every payment of the year, counted one by one."""
    found: Counter[tuple[date, str]] = Counter()
    today = timezone.localdate()
    first = date(today.year - (today.month < 12), today.month % 12 + 1, 1)
    for claim in Claim.objects.filter(**{column: key}):
        month = timezone.localtime(claim.transacted_at).date().replace(day=1)
        label = claim.labels.order_by("-known_at").first()
        is_open = claim.alerts.exclude(case__state=State.CLOSED).exists()
        verdict = None if label is None else label.is_misuse
        if month < first or (verdict is None and not is_open):
            continue
        found[month, "open" if verdict is None else "misuse" if verdict else "in_order"] += 1
    return found


def counted(strip: Strip) -> Counter[tuple[date, str]]:
    return Counter({(cell.month, verdict): n for cell in strip.cells for verdict, n in cell.counts})


def test_strips_count_what_a_plain_look_at_every_payment_counts(cast: Cast) -> None:
    case, _told = history(cast)
    person, merchant = strips_of(case, READER)
    assert [len(strip.cells) for strip in (person, merchant)] == [12, 12]
    assert counted(person) == plainly(case, "cardholder", case.cardholder_id)
    assert counted(merchant) == plainly(case, "merchant", case.merchant_id)
    assert sum(counted(merchant).values()) == 5


def test_each_cell_opens_the_list_it_counted(client: Any, cast: Cast) -> None:
    case, _told = history(cast)
    client.force_login(cast.reviewer)
    page = client.get(reverse("cases:detail", args=[case.reference])).content.decode()
    for strip in strips_of(case, actor_of(cast.reviewer)):
        for cell in strip.cells:
            url = reverse("cases:outcomes", args=[case.reference, strip.about, f"{cell.month:%Y-%m}"])
            assert (url in page) is bool(cell.n)
            rows = outcome_rows(case, actor_of(cast.reviewer), strip.about, cell.month)
            assert rows is not None
            assert Counter(row.verdict for row in rows) == Counter(dict(cell.counts))
            answer = client.get(url)
            assert answer.status_code == 200
            assert answer.content.decode().count('<td><a class="main"') == cell.n


@pytest.mark.parametrize("month", ["1999-01", "2026-13", "nonsense", "2026-1"])
def test_a_month_that_is_none_of_the_strip_is_not_found(client: Any, cast: Cast, month: str) -> None:
    case, _told = history(cast)
    client.force_login(cast.reviewer)
    for about in ("person", "merchant", "approver"):
        assert client.get(reverse("cases:outcomes", args=[case.reference, about, month])).status_code == 404


def test_what_the_reader_is_involved_in_is_counted_nowhere(cast: Cast) -> None:
    case, told = history(cast)
    everything = sum(counted(strips_of(case, READER)[1]).values())
    stranger = Actor("other", employee_no=cast.stranger_record.employee_no)
    assert sum(counted(strips_of(case, stranger)[1]).values()) == everything - 3
    Claim.objects.filter(pk=told[0].pk).update(approver_no="e-8888")
    Claim.objects.filter(pk=told[1].pk).update(attendees=[{"name": "x", "employee_no": "E8888"}])
    assert sum(counted(strips_of(case, READER)[0]).values()) == 1
    Relative.objects.create(
        employee_no="E8888", relative_no=cast.stranger_record.employee_no, received_at=NOW
    )
    assert sum(counted(strips_of(case, READER)[1]).values()) == everything - 1 - 3


def linked(cast: Cast) -> Case:
    here = make_merchant("한우마을")
    approver = make_cardholder("E7009", name="결재자")
    claim = make_claim(
        merchant=here,
        transacted_at=timezone.now() - timedelta(hours=2),
        approver_no=approver.employee_no,
        attendees=[{"name": "홍길동", "org": "가온상사"}],
    )
    for number in range(8):
        for _ in range(number + 1):
            make_claim(
                merchant=here,
                cardholder=make_cardholder(f"E71{number}") if _ == 0 else Claim.objects.last().cardholder,  # type: ignore[union-attr]
                transacted_at=timezone.now() - timedelta(days=2),
                approver_no=approver.employee_no if number > 5 else "",
            )
    return make_case(claims=[claim])


def test_tree_names_merchant_approver_and_guest_and_opens_node_by_node(cast: Cast) -> None:
    case = linked(cast)
    rows = claims_of(case)
    with translation.override("en"):
        closed = links_of(case, rows, READER)
        assert [(node.depth, node.kind, node.name) for node in closed] == [
            (0, "person", "김도현"),
            (1, "merchant", "한우마을 (Restaurants)"),
            (1, "approver", "결재자"),
            (1, "attendee", "홍길동"),
        ]
        opened = links_of(case, rows, READER, [closed[1].key, closed[2].key])
    others = [node.link for node in opened if node.depth == 2]
    assert others[:6] == [
        f"{n} payment{'s' if n > 1 else ''}, KRW {n * 84_000:,}" for n in (8, 7, 6, 5, 4, 3)
    ]  # the six who pay there most
    assert len(others) == 6 + 2  # and the two others whose claims the approver approves


def test_whom_the_reader_may_not_judge_stays_out_of_what_a_node_opens(cast: Cast) -> None:
    case = linked(cast)
    key = f"m{case.merchant_id}"
    reader = Actor("other", employee_no="e-717")
    names = {node.name for node in links_of(case, claims_of(case), reader, [key])}
    assert "직원 E717" not in names
    assert "직원 E716" in names


def test_outcomes_of_linked_people_stay_hidden_in_a_random_check(cast: Cast) -> None:
    case = linked(cast)
    claim = Claim.objects.filter(cardholder__employee_no="E717").first()
    Label.objects.create(claim=claim, is_misuse=True, source="tip", known_at=NOW, labelled_by="x")
    key = f"m{case.merchant_id}"
    with translation.override("en"):
        assert "1 misuse" in str(links_of(case, claims_of(case), READER, [key]))
        Case.objects.filter(pk=case.pk).update(drawn_blind=True)
        case.refresh_from_db()
        assert "misuse" not in str(links_of(case, claims_of(case), READER, [key]))


def test_only_nodes_of_the_case_can_be_opened() -> None:
    assert read_open("m12,a5,m12,x1,m0,m-3,<b>") == ("m12", "a5")
    assert read_open("") == ()


def test_similar_cases_are_decided_and_open_ones_and_random_checks_are_none(cast: Cast) -> None:
    case = make_case(claims=[make_claim()], pattern="Z1")
    ended = {"state": State.CLOSED, "closed_at": timezone.now(), "disposition": "legitimate"}
    decided = make_case(claims=[make_claim()], pattern="Z1", **ended)
    still_open = make_case(claims=[make_claim()], pattern="Z1")
    make_case(claims=[make_claim()], pattern="Z1", drawn_blind=True)
    found, outcomes = cases_like(case, Case.objects.all())
    assert found == [decided, still_open]
    assert outcomes == {"legitimate": 1}


PARTS = ("links/", "similar/", "outcomes/person/{month}/")


def addresses(case: Case) -> list[str]:
    month = f"{timezone.localdate():%Y-%m}"
    page = reverse("cases:detail", args=[case.reference])
    return [page + part.format(month=month) for part in PARTS]


@pytest.mark.parametrize(
    "name", ["cardholder", "manager", "clerk", "rule_admin", "model_owner", "system_admin"]
)
def test_parts_of_a_case_are_closed_to_who_may_not_see_cases(client: Any, cast: Cast, name: str) -> None:
    client.force_login(getattr(cast, name))
    assert {client.get(url).status_code for url in addresses(history(cast)[0])} == {403}


@pytest.mark.parametrize("field", ["approver_no", "attendees"])
def test_parts_of_a_case_are_absent_for_whom_it_concerns(client: Any, cast: Cast, field: str) -> None:
    case, _told = history(cast)
    own = cast.reviewer.employee_no
    value = own if field == "approver_no" else [{"name": "x", "employee_no": own}]
    Claim.objects.filter(alerts__case=case).update(**{field: value})
    client.force_login(cast.reviewer)
    assert {client.get(url).status_code for url in addresses(case)} == {404}
    client.force_login(cast.other_reviewer)
    assert {client.get(url).status_code for url in addresses(case)} == {200}


def test_random_check_gives_away_nothing_through_any_part(client: Any, cast: Cast) -> None:
    case = flagged(cast, drawn_blind=True)
    labelled(True, at=timezone.now() - timedelta(days=40), merchant=case.merchant, cardholder=case.cardholder)
    client.force_login(cast.reviewer)
    client.cookies["django_language"] = "en"
    page, links, similar, month = (
        client.get(url) for url in (reverse("cases:detail", args=[case.reference]), *addresses(case))
    )
    assert month.status_code == 404
    told = "".join(answer.content.decode() for answer in (page, links, similar))
    for words in ("Split payment", "30-day mean", "134 days", 'class="strip"', "misuse 1"):
        assert words not in told
    put_case(case, state=State.CLOSED, closed_at=timezone.now(), disposition="legitimate")
    assert 'class="strip"' in client.get(reverse("cases:detail", args=[case.reference])).content.decode()


def test_looking_at_a_part_is_recorded_with_whose_it_is(client: Any, cast: Cast) -> None:
    from audit.models import AccessRecord

    case, _told = history(cast)
    client.force_login(cast.reviewer)
    client.get(addresses(case)[0])
    seen = AccessRecord.objects.get()
    assert (seen.subject, seen.what, seen.employee_no) == (f"case:{case.reference}", "links", "E2001")


def test_pictures_carry_no_style_or_script_and_text_of_files_is_escaped(client: Any, cast: Cast) -> None:
    case = linked(cast)
    Claim.objects.filter(alerts__case=case).update(attendees=[{"name": "<script>x", "org": "<b>"}])
    client.force_login(cast.reviewer)
    for url in (f"/cases/{case.reference}/", f"/cases/{case.reference}/links/?open=m{case.merchant_id}"):
        page = client.get(url).content.decode()
        assert "<script>x" not in page
        assert not re.search(r"\sstyle=", page)


def test_interface_tells_brief_days_and_outcomes_as_the_page_does(client: Any, cast: Cast) -> None:
    case = flagged(cast)
    client.force_login(cast.reviewer)
    client.cookies["django_language"] = "en"
    told = client.get(f"/api/v1/cases/{case.reference}/").json()
    assert [line["text"] for line in told["brief"]] == [said_by(line) for line in lines_of(case).values()]
    assert all(link["href"].startswith("/") for line in told["brief"] for link in line["links"])
    assert [(one["kind"], one["amount"]) for one in told["days"]["moments"]] == [("case", "84000")]
    assert [strip["about"] for strip in told["outcomes"]] == ["person", "merchant"]
    assert sum(month["n_open"] for month in told["outcomes"][0]["months"]) == 1
    Case.objects.filter(pk=case.pk).update(drawn_blind=True)
    hidden = client.get(f"/api/v1/cases/{case.reference}/").json()
    assert hidden["outcomes"] == []
    assert "Split" not in str(hidden["brief"])


@pytest.mark.parametrize("window", ["day", "within 36 hours", "week", "within 30 minutes"])
@pytest.mark.parametrize("order", [(2, 3, 0), (3, 2, 0), (0, 2, 3)])
def test_of_several_hits_of_a_window_rule_the_brief_tells_the_one_that_saw_most(
    cast: Cast, window: str, order: tuple[int, ...]
) -> None:
    """An earlier payment's hit counted fewer payments and less money than the case is about."""
    run, version = make_run(cut_off_at=NOW), make_rule_version("A04")
    joined = f", {window}" if not window.startswith("within") else f" {window}"
    claims = [make_claim(external_id=f"W-{n}", amount_minor=300_000) for n in range(len(order))]
    for claim, n in zip(claims, order, strict=True):
        values = {
            "net_amount": {"kind": "money", "value": 900_000 - n, "currency": "KRW"},
            f"count(same cardholder, merchant{joined})": {"kind": "number", "value": n, "unit": "claims"},
            f"sum(net_amount same cardholder, merchant{joined})": {
                "kind": "money",
                "value": 300_000 * n,
                "currency": "KRW",
            },
        }
        if n:
            make_hit(claim=claim, run=run, rule_version=version, facts={"values": values})
    case = make_case(claims=claims, pattern="A04", source="rule")
    case.alerts.update(run=run)
    rows = claims_of(case)
    (reason,) = reasons_of(case, rows).rules
    assert reason.claim == claims[order.index(3)]
    assert reason.n_claims == 2
    attach_money([case])
    unusual = next(
        line.text for line in brief_of(case, rows, reasons_of(case, rows)) if line.kind == "unusual"
    )
    assert "3" in unusual
    assert "600,000" not in unusual
