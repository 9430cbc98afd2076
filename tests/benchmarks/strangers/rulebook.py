"""The rules an administrator of such a company would write beside the starter rules, in the product's language.

Written once, from the schemes' sentences, before any figure was looked at. `{market cafe}` stands for shops of these kinds (by MCC, or
by line of business where no MCC is delivered), `{40k}` for forty thousand won in the company's currency.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from rules.engine import Context, RuleSpec
from rules.language.parse import parse
from rules.language.specs import ParameterSpec, ParameterValue
from rules.money import exponent
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS, STARTS_ON
from tests.benchmarks.strangers.company import Company
from tests.benchmarks.strangers.kinds import INDEX, KINDS
from tests.benchmarks.strangers.traits import Traits
from tests.rules.starter import starter_context, starter_specs

#: scheme → the rule against it, its weight; schemes nobody could write a rule for have none.
BOOK: dict[str, tuple[str, float]] = {
    "weekend_market": ("{market} and is_weekend and net_amount >= {25k}", 2.5),
    "home_marketplace": ("{mall} and net_amount > {40k} and hour in 20..3", 1.5),
    "family_dinner": ("{dinner fine} and not is_business_day and net_amount >= {40k} and not or_no(on_trip)", 2.0),
    "private_subscription": ("{digital} and or_no(is_recurring)", 2.0),
    "mobile_topups": ("{prepaid telecom} and not or_no(is_recurring)", 2.5),
    "gym_membership": ("{gym}", 2.5),
    "beauty_salon": ("{beauty}", 2.5),
    "family_school": ("{school} and count(same cardholder, merchant within 70 days) >= 2", 2.5),
    "toys_and_games": ("{toys}", 2.0),
    "clothes_shopping": ("{clothes sports} and net_amount > {50k} and not is_business_day", 2.0),
    "jewellery_gift": ("{jewels}", 2.5),
    "moonlight_supplies": ("{trade tools} and not is_business_day and net_amount > {20k}", 2.0),
    "wine_cellar": ("{liquor} and count(same cardholder, merchant within 60 days) >= 2", 2.5),
    "lottery_tickets": ("{lottery}", 3.0),
    "late_drinks": ("{bar} and (hour >= 23 or hour < 4)", 2.5),
    "karaoke_meeting": ("{stage} and hour in 21..3", 3.0),
    "bar_as_restaurant": ("{dinner fine} and (hour >= 22 or hour < 4) and net_amount > {80k}", 2.0),
    "weekend_golf": ("{golf} and not is_business_day", 2.5),
    "taxi_without_overtime": ('{taxi} and hour in 21..3 and not or_no(has_overtime) and not or_no(on_trip) and count(same cardholder within 30 days where {taxi} and hour in 21..3) >= 4', 2.0),
    "commute_by_taxi": ("{taxi} and hour in 6..9 and not or_no(on_trip) and count(same cardholder within 21 days where {taxi} and hour in 6..9) >= 4", 2.5),
    "fuel_on_leave": ("{fuel} and on_leave", 3.0),
    "hotel_on_leave": ("{hotel} and on_leave", 3.0),
    "leaving_spree": ("cardholder.left_on is not missing and cardholder.left_on - date(transacted_at) < 30 days and {gadgets depart mall} and net_amount > {40k}", 3.0),
    "split_same_day": ("net_amount > 0.3 * $single_limit and count(same cardholder, merchant, day where net_amount > 0.3 * $single_limit) >= 2 and sum(net_amount same cardholder, merchant, day) > $single_limit", 3.0),
    "split_two_days": ("net_amount > 0.3 * $single_limit and count(same cardholder, merchant within 3 days where net_amount > 0.3 * $single_limit) >= 2 and sum(net_amount same cardholder, merchant within 3 days) > $single_limit", 3.0),
    "split_two_shops": ("net_amount > 0.4 * $single_limit and count(same cardholder, mcc, day where net_amount > 0.4 * $single_limit) >= 2 and distinct(merchant same cardholder, mcc, day where net_amount > 0.4 * $single_limit) >= 2", 3.0),
    "split_two_cards": ("net_amount > 0.4 * $single_limit and distinct(cardholder same merchant, day where net_amount > 0.4 * $single_limit) >= 2", 2.5),
    "just_below_limit": ("net_amount > 0.92 * $single_limit and net_amount <= $single_limit", 2.0),
    "padded_heads": ("n_attendees >= 5 and per_head > 0.85 * $per_head_limit and per_head <= $per_head_limit and {fine dinner}", 2.0),
    "over_approved": ("pre_approved_amount is not missing and net_amount > 1.05 * pre_approved_amount", 2.5),
    "approval_twice": ("pre_approval_id is not missing and count(same pre_approval_id within 60 days) >= 2", 3.0),
    "budget_dumping": ("{gadgets furniture office} and net_amount > 0.4 * $single_limit and day_of_month(transacted_at) >= 27", 1.5),
    "kickback_round": ("{agency printing trade consult} and entry_mode = \"keyed\" and is_round_amount and net_amount > {150k} and share(amount of cardholder in merchant within 120 days) >= 60%", 2.0),
    "price_creep": ("{printing caterer rental} and count(same cardholder, merchant within 120 days) >= 4 and net_amount > 1.5 * median(amount same cardholder, merchant within 120 days before)", 2.5),
    "ghost_shop": ("n_cardholders_merchant_30d <= 1 and merchant_age_days < 150 and net_amount > {120k}", 2.5),
    "own_shop": ("or_no(merchant.ceo_is_cardholder)", 4.0),
    "ring_of_department": ("{fine caterer agency} and is_round_amount and count(same department, merchant within 30 days) >= 4 and share(amount of department in merchant within 60 days) >= 70%", 2.0),
    "inflated_tip": ("or_zero(service_charge) > 22% * amount", 3.0),
    "split_with_cashier": ("{cafe lunch} and is_round_amount and count(same cardholder, merchant, amount within 30 days) >= 3", 2.5),
    "gift_cards": ("{giftshop prepaid} and is_round_amount and count(same cardholder within 60 days where {giftshop prepaid}) >= 2", 2.5),
    "cash_drawn": ("{cash exchange} and not or_no(on_trip)", 3.0),
    "shop_cash_back": ("{gadgets convenience market} and entry_mode = \"keyed\"", 2.0),
    "claimed_twice": ("net_amount > {15k} and count(same cardholder, merchant, amount within 12 days) >= 2 and submitted_at - transacted_at > 5 days", 2.5),
    "colleagues_receipt": ("net_amount > {25k} and distinct(cardholder same merchant, amount, day) >= 2", 2.5),
    "pair_same_amount": ("{dinner lunch} and net_amount > {15k} and distinct(cardholder same department, merchant, amount, day) >= 2", 2.5),
    "fuel_and_mileage": ("{mileage} and count(same cardholder within 2 days where {fuel}) >= 1", 2.5),
    "double_per_diem": ("{dinner lunch} and on_trip and count(same cardholder within 2 days where {perdiem}) >= 1", 2.5),
    "refund_kept": ("amount > 0 and cancelled_at is not missing and cancelled_at - transacted_at > 12 days", 3.0),
    "cancel_and_recharge": ('net_amount > 0 and count(same cardholder, merchant within 1 day where txn_type = "cancel") >= 1', 3.0),
    "upgraded_class": ("{air rail} and net_amount > 2.5 * median(amount same mcc within 180 days before)", 2.0),
    "shopping_abroad": ("{depart clothes market} and on_trip", 2.0),
    "minibar_and_spa": ("{hotel} and net_amount > 2 * median(amount same mcc within 120 days before)", 2.0),
    "weekend_car": ("{carhire} and is_weekend", 2.0),
    "friends_tickets": ("{rail air} and not on_trip and count(same cardholder within 40 days where {rail air}) >= 3", 1.5),
    "approver_at_table": ("claim_approved_at - submitted_at < 10 seconds and {fine bar golf}", 3.0),
    "self_approved": ("approver.employee_no = cardholder.employee_no", 3.5),
    "late_filing_mix": ("submitted_at - transacted_at > 30 days and not is_business_day", 2.0),
    "instalment_gadget": ("{gadgets} and installments >= 3", 2.5),
    "shared_card_abuse": ('card.kind = "shared" and not is_business_day and not or_no(on_trip)', 2.0),
}  # fmt: skip
_KINDS, _MONEY = re.compile(r"\{([a-z][a-z ]*)\}"), re.compile(r"\{(\d+)k\}")
_KNOWN, _OTHERS, _LEARNS = 0.6, (3, 7), (4, 15)
HARD_LIMIT = "single_limit"
#: How the codes of rules begin that say nothing.
USELESS = "U_"
#: Spread of the logarithm of an administrator's amounts.
_GUESS = 0.4


@dataclass(frozen=True)
class Ruled:
    """A rule of the company, the day its nights begin to use it, and the scheme it was written for."""

    spec: RuleSpec
    active_from: int
    scheme: str = ""


def money_text(traits: Traits, thousands: float) -> str:
    """An amount of thousand won as the rule language writes it in the company's currency."""
    minor = max(round(thousands * traits.unit), 1)
    return f"{Decimal(minor).scaleb(-exponent(traits.currency))} {traits.currency}"


def rule_text(company: Company, code: str) -> str:
    """The text of the book against a scheme, for this company; spending is asked for unless the rule is about what came back.

    Administrators guess: how high their amounts are differs from company to company and rule to rule.
    """
    text, guess = BOOK[code][0], float(np.exp(company.traits.rng(f"guess {code}").normal(0, _GUESS)))
    has_mcc = "mcc" in company.claims.columns

    def kinds(found: re.Match[str]) -> str:
        chosen = [KINDS[INDEX[key]] for key in found.group(1).split()]
        values = ", ".join(
            f'"{value}"' for value in dict.fromkeys(k.mcc if has_mcc else k.biz for k in chosen)
        )
        return f"merchant.mcc in ({values})" if has_mcc else f"merchant.biz_type in ({values})"

    text = _MONEY.sub(lambda found: money_text(company.traits, guess * float(found.group(1))), text)
    text = _KINDS.sub(kinds, text)
    if not has_mcc:
        text = text.replace(", mcc", ", biz_type").replace("same mcc", "same biz_type")
    return text if text.startswith("amount > 0") else f"net_amount > 0 and {text}"


def company_rules(
    company: Company, *, extra: bool = True, for_new: bool = True, useless: int = 0
) -> list[Ruled]:
    """Starter rules from the first night; extra ones for most known schemes and some the company does not have; those for new
    schemes some nights after they began."""
    rng = company.traits.rng("administrator")
    found = [Ruled(spec, 0) for spec in starter_specs()]
    mine = {played.scheme.code: played for played in company.schemes}
    others = [code for code in BOOK if code not in mine]
    kept = set(rng.choice(others, int(rng.integers(*_OTHERS)), replace=False).tolist())
    for code, (_, weight) in BOOK.items():
        played, known, learns = mine.get(code), rng.random() < _KNOWN, int(rng.integers(*_LEARNS))
        start = 0
        if played is not None and played.is_new:
            start = played.first + learns
        wanted = for_new if start else extra and (known if played is not None else code in kept)
        if wanted:
            spec = RuleSpec(f"X_{code}", 1, parse(rule_text(company, code)), weight)
            found.append(Ruled(spec, start, code))
    return found + [_useless(company, number) for number in range(useless)]


def _useless(company: Company, number: int) -> Ruled:
    """A rule that says nothing: amounts between two arbitrary bounds on one weekday, one or two hits a night."""
    rng = company.traits.rng(f"useless {number}")
    amounts = company.claims["amount_minor"].to_numpy()
    share = float(rng.uniform(0.02, 0.08))
    low = float(rng.uniform(0.3, 0.98 - share))
    floor, ceiling = (
        Decimal(int(x)).scaleb(-exponent(company.traits.currency))
        for x in (round(float(v)) for v in _quantiles(amounts, low, low + share))
    )
    money = company.traits.currency
    day = int(rng.integers(1, 6))
    text = f"net_amount > {floor} {money} and net_amount <= {ceiling} {money} and weekday = {day}"
    return Ruled(RuleSpec(f"{USELESS}{number}", 1, parse(text), 1.0), company.traits.cut_off)


def _quantiles(amounts, low: float, high: float) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    positive = sorted(amounts[amounts > 0].tolist())
    return positive[int(low * (len(positive) - 1))], positive[int(high * (len(positive) - 1))]


def company_context(company: Company) -> Context:
    """Lists and parameters as the administrator set them: the company's own limit and home country."""
    traits = company.traits
    limit = ParameterSpec(
        HARD_LIMIT,
        "money",
        (ParameterValue(traits.limit, STARTS_ON, currency=traits.currency),),
        "limit",
        "한도",
    )
    home = replace(STARTER_LISTS["home_countries"], values=frozenset({traits.country}))
    lists: Mapping = {**STARTER_LISTS, "home_countries": home}
    parameters: Mapping = {**STARTER_PARAMETERS, HARD_LIMIT: limit}
    return starter_context(calendar=company.calendar, zone=traits.zone, lists=lists, parameters=parameters)
