"""All misuse schemes of the demo company, and the one call that plays them."""

from __future__ import annotations

import numpy as np

from fraud.demo.drafts import NONE, Draft, join_drafts, n_rows
from fraud.demo.schemes import amounts, purchases, times
from fraud.demo.schemes.base import Scene, Scheme
from fraud.demo.world import World

# fmt: off
SCHEMES: tuple[Scheme, ...] = (
    Scheme("split_payment", ("A04",), "split_payment", "분할 결제", "Split payment", 0.11, amounts.split_payment),
    Scheme("near_limit", ("A03",), "split_payment", "한도 직전 반복", "Repeatedly just below the limit", 0.07, amounts.near_limit),
    Scheme("padded_attendees", ("A02", "D06"), "false_attendees", "참석 인원 부풀리기", "Padded attendees", 0.06, amounts.padded_attendees),
    Scheme("fixed_amount_cafe", ("A06",), "cash_equivalent", "같은 금액 선불 충전", "The same prepaid amount every day", 0.045, amounts.fixed_amount_cafe),
    Scheme("duplicate_claim", ("D03", "D08"), "double_claim", "중복 청구", "Duplicate claim", 0.06, amounts.duplicate_claim),
    Scheme("late_entertainment", ("T01", "M01"), "restricted_place", "심야 유흥", "Late-night entertainment", 0.08, times.late_entertainment),
    Scheme("disguised_bar", ("M04",), "restricted_place", "위장 가맹점", "Bar disguised as a restaurant", 0.08, times.disguised_bar),
    Scheme("use_on_leave", ("T04",), "on_leave", "휴가 중 사용", "Use on leave", 0.045, times.use_on_leave),
    Scheme("weekend_family_meal", ("L02", "T02"), "personal_use", "주말 가족 식사", "Weekend family meal", 0.07, times.weekend_family_meal),
    Scheme("commute_taxi", ("T03", "C07"), "personal_use", "사적 택시", "Private taxi as overtime", 0.05, times.commute_taxi),
    Scheme("ex_employee_card", ("T05", "C09"), "stolen_card", "퇴사자 카드", "Card of a former employee", 0.015, times.ex_employee_card),
    Scheme("personal_online", ("M12", "M10"), "personal_use", "사적 온라인 구매", "Private online purchase", 0.07, purchases.personal_online),
    Scheme("gift_voucher", ("M02",), "cash_equivalent", "상품권", "Gift vouchers", 0.045, purchases.gift_voucher),
    Scheme("fuel_without_vehicle", ("C04",), "personal_use", "차량 없는 주유", "Fuel without a vehicle", 0.05, purchases.fuel_without_vehicle),
    Scheme("personal_subscription", ("M12",), "personal_use", "사적 구독", "Private subscription", 0.025, purchases.personal_subscription),
    Scheme("employee_owned_merchant", ("M07", "M08"), "collusion", "임직원 소유 가맹점", "Merchant owned by an employee", 0.065, purchases.employee_owned_merchant),
    Scheme("refund_kept", ("C01", "C03"), "other", "환불금 미반납", "Refund kept", 0.035, purchases.refund_kept),
    Scheme("colluding_approver", ("H02",), "collusion", "승인자 공모", "Colluding approver", 0.06, purchases.colluding_approver),
    Scheme("ghost_vendor", ("M05", "M06"), "false_receipt", "유령 업체", "Invented vendor", 0.02, purchases.ghost_vendor, is_novel=True),
    Scheme("cancel_and_recharge", ("C02",), "other", "취소 후 재결제", "Cancel and recharge", 0.02, amounts.cancel_and_recharge, is_novel=True),
)
# fmt: on
SCHEME_CODES = tuple(scheme.code for scheme in SCHEMES)
LEAST_CLAIMS = 3


def misuse_claims(world: World, base: Draft) -> Draft:
    """Claims of all schemes, about `misuse_rate` of the target; column `scheme` is the index into SCHEMES."""
    total = world.options.misuse_rate * world.options.claims_target
    shares = sum(scheme.share for scheme in SCHEMES)
    drafts = []
    for index, scheme in enumerate(SCHEMES):
        first = world.options.novel_from if scheme.is_novel else 0
        n = max(LEAST_CLAIMS, round(total * scheme.share / shares))
        rng = world.options.rng(f"scheme {scheme.code}")
        draft = scheme.build(Scene(world, rng, n, first, world.days.n - 1, base))
        draft["scheme"] = np.full(n_rows(draft), index, dtype=np.int64)
        # The card feed's own record of money taken back is a fact and no misuse.
        draft["scheme"][draft["amount"] < 0] = NONE
        drafts.append(draft)
    return join_drafts(drafts)


__all__ = ["SCHEMES", "SCHEME_CODES", "Scene", "Scheme", "misuse_claims"]
