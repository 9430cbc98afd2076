"""The product's figures beside the plain ledger: after every step what all of them are made of, at times all that is sent."""

from __future__ import annotations

from decimal import Decimal

from django.test import Client

from cases.api.serializers.recoveries import RecoveryDetail
from cases.api.serializers.staff import CaseRow
from cases.models import Case, Recovery
from cases.pages.figures import MoneyFigures, work_out_figures
from cases.pages.ledger import EXPORT_HEAD, LedgerRow, export_row, owed_ids, with_balances
from cases.services.money_counted import Sum
from cases.services.money_told import attach_money
from cases.workflow import State
from tests.cases.money_deliveries import plain
from tests.cases.money_ledger import Told
from tests.cases.money_walk import Walk, fingerprint
from tests.cases.stage import ledger_lines
from tests.cast import NOW

#: Every step is compared with the rows that queue, case and ledger are made of; every twentieth also with what is sent, queue and ledger in turn.
ALL_EVERY = 20


def compare(walk: Walk) -> None:
    """Nothing to do where nothing changed since the last comparison."""
    now = fingerprint()
    if now == walk.seen:
        return
    cases = attach_money(list(Case.objects.select_related("cardholder__department", "merchant", "assignee")))
    lines = with_balances(_recoveries_of(cases))
    let_end(walk, cases)
    walk.told = told_by(walk, cases, lines)
    walk.ledger.check(walk.told)
    for row in lines:
        held = walk.held(row.recovery.case)
        assert row.balance.recovered_minor == held.came_back, (held, row)
        assert row.balance.given_up_minor == held.given_up, (held, row)
        lost = walk.ledger.loss(walk.ledger.owned(held))
        assert row.balance.written_off_minor <= max(min(held.given_up, lost - held.came_back), 0), (held, row)
    walk.n_compared += 1
    walk.rows = {case.reference: case for case in cases}
    walk.seen = now
    if walk.n_compared % ALL_EVERY == 0 and cases:
        all_tell_the_same(walk, cases, lines)


def _recoveries_of(cases: list[Case]) -> list[Recovery]:
    """The recoveries, each with its case as it was read: a list shows both, and what is at stake is worked out once."""
    by_id = {case.pk: case for case in cases}
    found = list(Recovery.objects.order_by("id"))
    for recovery in found:
        recovery.case = by_id[recovery.case_id]
    return found


def let_end(walk: Walk, cases: list[Case]) -> None:
    """The system may end a recovery by itself, and only one that nothing is left of."""
    for case in cases:
        held = walk.held(case)
        if held.is_closed and case.state != State.CLOSED:
            assert case.state == State.RECOVERING
            held.is_closed = False
        if case.state == State.CLOSED and not held.is_closed:
            least = _left_for_sure(walk, case.reference)
            assert least <= held.came_back + held.given_up, (
                f"{case.reference} ended with {least} asked: {held}"
            )
            held.is_closed = True


def _left_for_sure(walk: Walk, name: str) -> int:
    """What the decision may ask for even if the other cases hold as much of its payments as they can."""
    ledger, held, before = walk.ledger, walk.ledger.held[name], walk.ledger.before(name)
    others = [
        one for key, one in ledger.held.items() if key != name and key not in before and one.ever & held.ever
    ]
    loss = ledger.loss(ledger.speaks_of(name)) - sum(one.promised for one in others)
    counts = sum(ledger.held[one].came_back + ledger.held[one].given_up for one in before)
    return min(held.decided, max(loss, 0)) - counts


def told_by(walk: Walk, cases: list[Case], lines: list[LedgerRow]) -> dict[str, Told]:
    """What the product tells of every case, by reference. Before there is a recovery, the notice asks."""
    balances = {row.recovery.case_id: row.balance for row in lines}
    told = {}
    for case in cases:
        stake = case.stake.at_stake_minor
        noticed = case.state in (State.NOTIFIED, State.APPEALED)
        by_notice = case.told.open_minor if noticed else 0
        balance = balances.get(case.pk)
        told[case.reference] = Told(
            stake,
            balance.outstanding_minor if balance else by_notice,
            balance.overpaid_minor if balance else 0,
        )
    return told


def all_tell_the_same(walk: Walk, cases: list[Case], lines: list[LedgerRow]) -> None:
    """What programs and people are sent, and what the overview counts."""
    turn = walk.n_compared // ALL_EVERY
    # At stake is what may be asked for until it is decided; then it is what is still asked for.
    told_now = {case.reference: walk.told[case.reference] for case in cases}
    stakes = {
        case.reference: plain(
            told_now[case.reference].asked if case.disposition else told_now[case.reference].at_stake,
            case.currency,
        )
        for case in cases
    }
    rows = CaseRow(cases, many=True).data
    assert {row["reference"]: Decimal(row["at_stake"]) for row in rows} == stakes
    afresh = with_balances(Recovery.objects.select_related("case__cardholder__department").order_by("id"))
    assert [row.balance for row in afresh] == [row.balance for row in lines]
    owed = {row.recovery.pk for row in lines if row.balance.overpaid_minor}
    assert set(owed_ids(Recovery.objects.all())) == owed
    if lines:
        _ledger_tells(walk, afresh[turn % len(lines)])
    figures = work_out_figures(NOW.date())
    told = {one.currency: one for one in figures.money}
    for currency in {case.currency for case in cases}:
        ours = [row for row in lines if row.recovery.currency == currency]
        asked = sum(walk.told[row.recovery.case.reference].asked for row in ours)
        money = told.get(currency, MoneyFigures(currency))
        assert money.outstanding_minor == asked
        came_in = sum(row.balance.recovered_minor for row in ours)
        assert money.recovered_minor <= min(money.confirmed_minor, money.came_in_minor)
        assert money.came_in_minor <= came_in
        for one in Sum:  # each is the sum of what its cases add
            rows = [row.minor(one) for row in figures.money_rows if row.currency == currency]
            assert sum(rows) == getattr(money, f"{one.value}_minor")
            assert min(rows, default=0) >= 0
    client = Client()
    client.force_login(walk.cast.auditor)  # anew each time: a walk lasts weeks, a login does not
    if turn % 2:
        _cases_are_sent(client, sorted(stakes)[turn % len(stakes)], stakes)
    else:
        _ledger_is_sent(client, walk, lines)


def _cases_are_sent(client: Client, name: str, stakes: dict[str, Decimal]) -> None:
    """The queue and one case, as programs read them."""
    rows = client.get("/api/v1/cases/").json()["results"]
    assert {row["reference"]: Decimal(row["at_stake"]) for row in rows} == stakes
    assert Decimal(client.get(f"/api/v1/cases/{name}/").json()["at_stake"]) == stakes[name]


def _ledger_is_sent(client: Client, walk: Walk, lines: list[LedgerRow]) -> None:
    """The export of the ledger."""
    sent = client.post("/recovery/export/", {"reason": "figures"})
    body = b"".join(sent.streaming_content) if sent.streaming else sent.content
    told = ledger_lines(body)
    cases = [(row.recovery.case.reference, row.recovery.currency) for row in lines]
    asked = {name: plain(walk.told[name].asked, currency) for name, currency in cases}
    assert {line["case"]: Decimal(line["open"]) for line in told} == asked


def _ledger_tells(walk: Walk, row: LedgerRow) -> None:
    """A line of the ledger's page and export, and the recovery in the interface."""
    held, currency = walk.held(row.recovery.case), row.recovery.currency
    asked = plain(walk.told[row.recovery.case.reference].asked, currency)
    line, sent = dict(zip(EXPORT_HEAD, export_row(row), strict=True)), RecoveryDetail(row.recovery).data
    assert line["open"] == Decimal(sent["outstanding"]) == asked
    assert line["recovered"] == Decimal(sent["recovered"]) == plain(held.came_back, currency)
    assert line["written_off"] == plain(row.balance.written_off_minor, currency)
