"""How the money of the demo company's past comes back: at once, in parts, or in the end not at all."""

from __future__ import annotations

from datetime import timedelta

from cases.demo import past_words as words
from cases.demo.past import CLERK, Past
from cases.dispositions import Disposition
from cases.instalments import equal_instalments
from cases.models import Recovery, RecoveryPosting
from cases.services.company import company_today
from cases.services.money import outstanding
from cases.services.recovery import post_recovery, set_plan
from cases.services.standing import recovery_of
from cases.services.write_offs import approve_write_off, request_write_off, return_write_off
from fraud.company.values import current_calendar

SMALL = 60_000  # up to here nobody agrees on parts, or judges an appeal down
_M = RecoveryPosting.Method


def recover(past: Past) -> None:
    """The money comes back at once, in parts, or in the end not at all."""
    by, recovery = past.free(CLERK), recovery_of(past.case)
    if by is None or recovery is None or outstanding(recovery) <= 0:
        return
    if past.case.disposition == Disposition.PERSONAL_USE_REPAID:  # who said so gives it back at once
        past.wait(0, 2)
        _post(past, outstanding(recovery))
        return
    large = outstanding(recovery) > SMALL
    if large and past.chance(0.4):
        _repay_in_parts(past, recovery)
    elif past.chance(0.18):
        _give_up(past, recovery)
    else:
        past.wait(1, 9)
        _post(past, outstanding(recovery))


def _repay_in_parts(past: Past, recovery: Recovery) -> None:
    past.wait(1, 3)
    calendar, clerk = current_calendar(), past.staff[CLERK]
    n = int(past.rng.integers(2, 5))
    first = calendar.add_business_days(company_today(past.at), 5)
    plan = equal_instalments(outstanding(recovery), n, first, calendar)
    past.act(lambda case: set_plan(case=case, plan=plan, by=clerk, expected_version=case.version))
    for part in plan:
        past.night_after(part.due_on - timedelta(days=1))
        past.wait(0, 2)
        _post(past, part.amount_minor)


def _give_up(past: Past, recovery: Recovery) -> None:
    """All but a small rest comes back; the rest is not worth the trouble, or an approver thinks otherwise."""
    past.wait(8, 12)
    part = max(outstanding(recovery) - int(past.rng.integers(1, 4)) * 10_000, 0)
    if part:
        _post(past, part)
        past.wait(4, 8)
    clerk, left = past.staff[CLERK], past.case.cardholder.left_on
    has_left = left is not None and left <= company_today(past.at)
    reason = words.GIVEN_UP_LEFT if has_left else words.GIVEN_UP
    past.act(
        lambda case: request_write_off(case=case, reason=reason, by=clerk, expected_version=case.version)
    )
    by = past.approver()
    if by is None:
        return
    past.wait(0, 3)
    if past.chance(0.2):
        past.act(
            lambda case: return_write_off(
                case=case, reason=words.KEEP_ASKING, by=by, expected_version=case.version
            )
        )
        return
    past.act(
        lambda case: approve_write_off(
            case=case,
            amount_minor=outstanding(recovery),
            by=by,
            expected_version=case.version,
            reason=words.WRITE_OFF_AGREED,
        )
    )


def _post(past: Past, amount_minor: int) -> None:
    method = _M.CARD_REPAYMENT if past.chance(0.3) else _M.BANK_TRANSFER
    line = f"입금 {past.case.reference} {company_today(past.at):%m%d}"
    clerk = past.staff[CLERK]
    past.act(
        lambda case: post_recovery(
            case=case,
            amount_minor=amount_minor,
            method=method,
            bank_reference=line,
            received_on=company_today(past.at),
            by=clerk,
            expected_version=case.version,
        )
    )
