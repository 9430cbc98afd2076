"""Money that was given back of a repayment the bank took back afterwards: somebody is asked for it, once, in whatever order it happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import permutations

import pytest
from django.test import Client

from cases.models import Case, OutboxMessage, Recovery, RecoveryPosting
from cases.pages.ledger import EXPORT_HEAD, export_row, with_balances
from cases.papers.dossier.facts import recovery_facts
from cases.services import errors, recovery
from cases.services.following import follow_changes
from cases.services.money import balances_of, stake_of
from cases.services.money_told import told_money
from fraud.claims.models import Claim
from tests.cases.stage import AMOUNT, Stage, fresh
from tests.cases.test_decided_anew import accepted, decided, gives, ledger, owed, reopened, repaid
from tests.cast import NOW, correct_claim

pytestmark = pytest.mark.django_db
GIVEN = 20_000


class Line:
    """A case that was repaid and cleared anew, and what happens then, beside its plain sums: what came in, what was decided last."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.first = stage, repaid(stage)
        self.last = decided(stage, reopened(stage, self.first), 0)
        self.came_in, self.decided = AMOUNT, 0

    def gives_back(self) -> None:
        gives(self.stage, self.first, GIVEN)
        self.came_in -= GIVEN

    def bounces(self) -> None:
        posting = RecoveryPosting.objects.filter(recovery__case=self.first).earliest("pk")
        version = fresh(self.first).version
        recovery.reverse_posting(
            posting=posting, reason="은행 반송", by=self.stage.actor("approver"), expected_version=version
        )
        self.came_in -= AMOUNT

    def decides(self, amount: int) -> None:
        if fresh(self.last).state != "closed":  # only what has ended is opened again
            self.pays(in_part=False)
        new = decided(self.stage, reopened(self.stage, fresh(self.last)), amount)
        self.last, self.decided = accepted(self.stage, new) if amount else new, amount

    def pays(self, *, in_part: bool = True) -> None:
        """What is asked for, or a part of it, where it is asked for."""
        for one in Recovery.objects.filter(closed_at=None).select_related("case"):
            left = balances_of([one])[one.pk].outstanding_minor
            part = min(5_000, left) if in_part else left
            self.stage.post(fresh(one.case), part, line=f"PART-{self.came_in}")
            self.came_in += part

    def check(self) -> None:
        rows = list(Recovery.objects.select_related("case"))
        found = balances_of(rows).values()
        asked = sum(one.outstanding_minor for one in found)
        assert asked == max(self.decided - self.came_in, 0)
        assert sum(one.overpaid_minor for one in found) == max(self.came_in - self.decided, 0)
        for row in rows:  # who is asked can pay, and who is not is not open
            assert (row.case.state == "recovering") == bool(balances_of([row])[row.pk].outstanding_minor)


DO: dict[str, Callable[[Line], None]] = {
    "gives back": Line.gives_back,
    "bounces": Line.bounces,
    "clears": lambda line: line.decides(0),
    "half": lambda line: line.decides(AMOUNT // 2),
    "all": lambda line: line.decides(AMOUNT),
    "pays": Line.pays,
}
_AFTER = ("bounces", "clears", "half")
ORDERS = [("gives back", *order, "pays") for order in permutations(_AFTER)] + [
    ("bounces", "all", "pays"),
    ("gives back", "bounces", "pays", "pays", "pays", "pays", "clears"),
    ("gives back", "bounces", "all", "clears"),
    ("gives back", "half", "bounces", "clears", "pays"),
]


@pytest.mark.parametrize("order", ORDERS, ids=", ".join)
def test_what_is_missing_is_asked_for_once_in_every_order(stage: Stage, order: tuple[str, ...]) -> None:
    line = Line(stage)
    line.check()
    for name in order:
        DO[name](line)
        line.check()


def test_all_tell_who_is_asked_for_what_was_given_back(stage: Stage, client: Client) -> None:
    """Cleared, 20,000 of 84,000 given back, 84,000 taken back by the bank: the case that gave them asks for 20,000."""
    line = Line(stage)
    line.gives_back()
    line.bounces()
    case = fresh(line.first)
    assert (case.state, owed(case)) == ("recovering", 0)
    told = told_money(case)
    assert (told.kind, told.minor, told.uncovered_minor) == ("open", GIVEN, GIVEN)
    row = with_balances([ledger(case)])[0]
    sums = dict(zip(EXPORT_HEAD, export_row(row), strict=True))
    assert [sums[name] for name in ("due", "recovered", "open", "uncovered")] == [0, -GIVEN, GIVEN, GIVEN]
    facts = recovery_facts(case)
    assert facts is not None
    assert (facts["balance"]["outstanding"], facts["balance"]["uncovered"]) == ("20000", "20000")
    mail = OutboxMessage.objects.get(key__startswith=f"recovery.bounced:{case.reference}:")
    assert "남은 반납액은 20,000원" in mail.body
    assert "이 가운데 20,000원은 반납이 취소되기 전에 회사가 돌려드린 금액입니다." in mail.body
    client.force_login(stage.cast.clerk)
    sent = client.get(f"/api/v1/recoveries/{case.reference}/").json()
    assert (sent["outstanding"], sent["uncovered"]) == ("20000", "20000")
    page = client.get(f"/recovery/{case.reference}/").content.decode()
    assert "돌려준 뒤 입금 취소" in page
    assert case.reference in client.get("/recovery/").content.decode()
    client.force_login(stage.cast.cardholder)
    mine = client.get(f"/my/notices/{case.reference}/").content.decode()
    assert "돌려드린 뒤 반납 취소" in mine
    assert "그 금액을 반납해 주세요" in mine
    assert "-20,000" not in mine
    assert "−20,000" not in mine
    assert client.get(f"/api/v1/my/notices/{case.reference}/").json()["recovery"]["uncovered"] == "20000"


@pytest.mark.parametrize("anew", [0, AMOUNT])
def test_the_brief_leaves_no_part_out(stage: Stage, client: Client, anew: int) -> None:
    line = Line(stage)
    line.gives_back()
    line.bounces()
    if anew:
        line.decides(anew)
    case = fresh(line.last if anew else line.first)
    client.force_login(stage.cast.reviewer)
    told = client.get(f"/api/v1/cases/{case.reference}/").json()["brief"]
    said = next(one["text"] for one in told if one["kind"] == "back")
    assert "입금 취소 전에 돌려준 금액 20,000원" in said
    assert ("새 결정으로 대체" in said) == (not anew)
    assert ("104,000원" if anew else "20,000원") in said.split(";")[-1]


def test_a_clearing_whose_earlier_case_asks_can_be_opened_again(stage: Stage) -> None:
    line = Line(stage)
    line.gives_back()
    line.bounces()
    new = reopened(stage, fresh(line.last))
    assert stake_of(new).taken_over_minor == GIVEN
    with pytest.raises(errors.OpenCaseExists):
        reopened(stage, fresh(line.last))
    accepted(stage, decided(stage, new, AMOUNT))
    assert fresh(line.first).state == "closed"  # the new decision asks for all of it


def test_money_that_one_earlier_case_has_too_much_of_meets_what_another_gave(stage: Stage) -> None:
    """The first gave back 20,000 it had not; the second, decided anew in between, has 50,000 that a clearing does not need."""
    line = Line(stage)
    line.gives_back()
    line.decides(50_000)
    second: Case = line.last
    line.bounces()
    stage.post(fresh(second), 50_000 + GIVEN)
    line.came_in += 50_000 + GIVEN
    line.decides(0)
    line.check()
    assert (owed(line.first), owed(second)) == (0, 50_000)


def test_what_was_given_back_for_a_payment_of_somebody_else_and_did_not_stay_is_asked_for(
    stage: Stage, client: Client
) -> None:
    """Repaid, then the payment turned out to be another person's: 20,000 were given back, and the bank takes all 84,000 back."""
    case = repaid(stage)
    claim = Claim.objects.get(alerts__case=case)
    correct_claim(claim, received_at=datetime.now(NOW.tzinfo), cardholder_id=stage.cast.stranger_record.pk)
    follow_changes()
    assert (fresh(case).state, fresh(case).disposition, owed(case)) == ("closed", "", AMOUNT)
    gives(stage, case, GIVEN)
    recovery.reverse_posting(
        posting=RecoveryPosting.objects.filter(recovery__case=case).earliest("pk"),
        reason="은행 반송",
        by=stage.actor("approver"),
        expected_version=fresh(case).version,
    )
    told = told_money(fresh(case))
    assert (fresh(case).state, told.kind, told.minor, told.uncovered_minor) == (
        "recovering",
        "open",
        GIVEN,
        GIVEN,
    )
    looked_at = {
        "clerk": [f"/recovery/{case.reference}/", "/recovery/", f"/api/v1/recoveries/{case.reference}/"],
        "cardholder": [f"/my/notices/{case.reference}/", "/my/", f"/api/v1/my/notices/{case.reference}/"],
        "reviewer": [f"/cases/{case.reference}/", f"/api/v1/cases/{case.reference}/"],
    }
    for who, addresses in looked_at.items():
        client.force_login(getattr(stage.cast, who))
        for address in addresses:
            page = client.get(address).content.decode()
            assert "20,000" in page or "20000" in page, address
    stage.post(case, GIVEN, line="BANK-9")
    assert (fresh(case).state, owed(case)) == ("closed", 0)
    assert told_money(fresh(case)).kind == "nothing"
