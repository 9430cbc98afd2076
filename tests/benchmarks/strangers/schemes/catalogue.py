"""Every scheme as a row: what is bought, on which days, at which hours, for how much, where, with which facts.

Days: `work`, `off` (weekend or holiday), `weekend`, `leave`, `trip`, `late` (overtime), `plain` (a working day without overtime,
trip or leave), `month_end`, `leaving` (the last weeks of somebody who leaves), `gone` (after leaving), `any`.
Amount: `usual` times what is usual there, `limit` times the single payment limit, `card` times the card's, `head` times the heads a
limit of a meal allows, `round` as usual but in whole steps, `same` one amount for each person, `creep` rising while nobody asks.
Where: `home` the person's own shop, `any` one of the region, `one` one shop a person keeps to, `new` a shop opened lately that nobody
else uses, `kin` one of the person's family, `own` one of the person's name, `ring` one shop a whole department keeps to.
How: a mechanism of `patterns`; `one` is a single payment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Scheme:
    """A way of misusing a card. `like` is how many innocent claims of the same look there are for one of misuse (low, high);
    `every` days lie between two of a person's, `each` how many a person does."""

    code: str
    sentence: str
    kinds: str
    days: str = "work"
    hours: tuple[float, float] | None = None
    amount: tuple[str, float, float] = ("usual", 0.7, 1.6)
    where: str = "any"
    how: str = "one"
    facts: Mapping[str, Any] = field(default_factory=dict)
    every: float = 9.0
    each: float = 6.0
    like: tuple[float, float] = (0.6, 3.0)


S = Scheme
# fmt: off
CATALOGUE: tuple[Scheme, ...] = (
    # private life on the company's card
    S("weekend_market", "The family's groceries on a Saturday", "market", "weekend", (10, 20), ("usual", 1.0, 2.4), "home", facts={"purpose": "supplies"}),
    S("home_marketplace", "Things for the flat from an online shop, in the evening", "mall", "any", (20, 25.5), ("usual", 0.8, 2.5), facts={"purpose": "supplies"}, like=(1.5, 4)),
    S("family_dinner", "Dinner with the family on a day off", "dinner fine", "off", (12, 21), ("usual", 0.8, 1.6), "home", facts={"purpose": "client", "heads": (3, 5)}),
    S("private_subscription", "Films and games by standing order", "digital", "any", None, ("same", 0.5, 1.5), "one", facts={"recurring": True, "mode": 3}, every=30, each=4, like=(1, 3)),
    S("mobile_topups", "Prepaid telephones of the family topped up", "telecom prepaid", "any", (18, 24), ("round", 0.4, 1.0), "one", facts={"purpose": "telecom", "mode": 2}, every=12),
    S("gym_membership", "A year of fitness as welfare", "gym", "any", (6, 22), ("same", 0.8, 1.4), "one", facts={"recurring": True, "mode": 3}, every=30, each=4),
    S("beauty_salon", "Hairdresser as an event's cost", "beauty", "work", (12, 19), ("usual", 0.8, 1.5), "one", every=20, like=(0.3, 1.2)),
    S("family_school", "Lessons of the children as training", "school course", "any", (10, 20), ("same", 0.7, 1.4), "one", facts={"purpose": "training"}, every=30, each=4, like=(1, 3)),
    S("family_clinic", "Treatments of relatives as health checks", "medical pharmacy", "any", (9, 19), ("usual", 0.9, 2.2), facts={"purpose": "welfare"}, every=14, like=(1, 3)),
    S("toys_and_games", "Presents for the children as prizes of an event", "toys", "off", (12, 20), ("usual", 0.8, 1.8), facts={"purpose": "event"}, every=15),
    S("clothes_shopping", "Own clothes as work wear", "clothes sports", "any", (12, 20), ("usual", 0.7, 1.6), facts={"purpose": "supplies"}, every=14, like=(1, 3)),
    S("jewellery_gift", "A watch as a client's gift", "jewels depart", "any", (13, 20), ("usual", 1.0, 2.2), facts={"purpose": "gift"}, every=30, each=2, like=(0.5, 2)),
    S("moonlight_supplies", "Goods for a side business bought as material", "trade tools", "off", (8, 19), ("usual", 0.6, 1.6), "one", facts={"purpose": "material"}, every=10),
    S("wine_cellar", "Wine for home as gifts of the house", "liquor", "any", (15, 21), ("usual", 0.8, 2.0), "one", facts={"purpose": "gift"}, every=11, like=(0.5, 2)),
    S("lottery_tickets", "Lottery tickets bought as event prizes", "lottery", "work", (11, 20), ("round", 0.5, 1.4), "one", every=7, like=(0.4, 1)),
    # evenings
    S("late_drinks", "Drinks after midnight as a client's dinner", "bar", "any", (22.5, 26), ("usual", 0.9, 2.0), facts={"purpose": "client", "heads": (2, 5)}, like=(0.6, 2)),
    S("karaoke_meeting", "Karaoke booked as a meeting", "stage", "any", (20.5, 25.5), ("usual", 0.7, 1.5), facts={"purpose": "meeting", "heads": (3, 6)}, every=16, like=(0.4, 1.2)),
    S("bar_as_restaurant", "A bar that calls itself a restaurant, late", "dinner fine", "any", (22, 25.5), ("usual", 1.2, 2.6), "one", facts={"purpose": "client", "heads": (2, 4)}),
    S("weekend_golf", "Golf with friends on a Sunday", "golf", "off", (6, 13), ("usual", 0.8, 1.3), "one", facts={"purpose": "client", "heads": (4, 4)}, every=14, like=(0.5, 1.5)),
    S("taxi_without_overtime", "The taxi home without any overtime", "taxi", "plain", (21, 25.5), ("usual", 0.9, 2.0), facts={"purpose": "overtime_taxi"}, every=5, each=8),
    S("commute_by_taxi", "The way to work by taxi, every day", "taxi", "plain", (7, 9), ("same", 0.7, 1.3), facts={"purpose": "local"}, every=3, each=10),
    # absent or gone
    S("fuel_on_leave", "A full tank for the holidays", "fuel", "leave", (8, 20), ("usual", 0.8, 1.4), "any", every=10, each=3, like=(0.2, 0.8)),
    S("hotel_on_leave", "The holiday hotel as a trip", "hotel", "leave", (10, 22), ("usual", 1.0, 2.2), facts={"purpose": "trip"}, every=15, each=2, like=(0.2, 0.8)),
    S("meals_on_leave", "Eating out while on leave", "dinner lunch cafe", "leave", None, ("usual", 0.8, 1.8), every=8, each=4, like=(0.3, 1)),
    S("leaving_spree", "A last shopping tour before leaving the company", "gadgets depart mall", "leaving", (10, 22), ("usual", 0.9, 2.0), every=5, each=5),
    S("former_employee", "The card of somebody who has left", "market fuel dinner", "gone", None, ("usual", 0.8, 1.6), every=5, each=4, like=(0.2, 0.5)),
    # limits
    S("split_same_day", "One bill in parts under the limit, on one day", "fine gadgets agency trade", "work", None, ("limit", 1.15, 2.4), "home", "split", every=16, each=3, like=(0.4, 1.5)),
    S("split_two_days", "One bill in parts on two days", "fine gadgets trade consult", "work", None, ("limit", 1.2, 1.9), "home", "split_days", every=18, each=3, like=(0.4, 1.5)),
    S("split_two_shops", "One purchase in two shops to stay under the limit", "gadgets furniture trade", "work", None, ("limit", 1.2, 1.8), "any", "split_shops", every=18, each=3, like=(0.5, 1.5)),
    S("split_two_cards", "One bill on the cards of two colleagues", "fine bar agency", "work", (11, 22), ("limit", 1.2, 1.9), "home", "split_people", every=16, each=3, like=(0.4, 1.2)),
    S("just_below_limit", "Again and again just below the limit", "fine gadgets depart trade", "work", None, ("limit", 0.93, 0.995), "one", every=8, like=(0.6, 2)),
    S("padded_heads", "More guests named than there were, to stay under the limit a head", "fine dinner", "work", (11, 21), ("head", 0.85, 0.99), "home", facts={"heads": (5, 9), "purpose": "client"}, every=8),
    S("over_approved", "More than was approved, in steps", "agency trade travelshop", "work", None, ("limit", 0.8, 1.6), "one", "over_approved", every=20, each=3),
    S("approval_twice", "One approval used for two payments", "agency gadgets course", "work", None, ("limit", 0.6, 1.3), "any", "approval_twice", every=25, each=2, like=(0.3, 1)),
    S("budget_dumping", "What is left of the budget, spent on the last days of the month", "gadgets furniture office", "month_end", None, ("limit", 0.4, 0.98), "any", every=29, each=3, like=(1, 3)),
    # shops in league
    S("kickback_round", "Round invoices of a shop that pays some of it back", "agency printing trade consult", "work", None, ("round", 0.7, 1.8), "one", facts={"mode": 1}, every=13, each=7, like=(0.6, 2)),
    S("price_creep", "A supplier whose prices rise while nobody compares", "printing caterer rental", "work", None, ("creep", 1.0, 3.0), "one", every=9, each=9),
    S("ghost_shop", "A shop opened lately that nobody else knows", "agency consult trade", "work", None, ("round", 0.6, 1.5), "new", facts={"mode": 1}, every=11, each=5, like=(0.3, 1)),
    S("kin_shop", "The shop of a relative", "caterer printing flowers dinner", "work", None, ("usual", 0.9, 2.0), "kin", every=8, each=7, like=(0.3, 1)),
    S("own_shop", "The cardholder's own shop", "printing courier agency", "work", None, ("usual", 0.8, 1.8), "own", every=10, each=6, like=(0.2, 0.5)),
    S("ring_of_department", "A department that shares what one shop pays back", "fine caterer agency", "work", None, ("round", 0.7, 1.5), "ring", every=7, each=5),
    S("inflated_tip", "A tip that is shared with the house", "dinner fine bar", "any", (12, 24), ("usual", 1.0, 1.8), "one", facts={"service": (0.26, 0.45)}, every=11, like=(0.3, 1)),
    S("split_with_cashier", "The same whole amount at one café, several times a week", "cafe lunch", "work", (11, 18), ("same", 1.8, 3.2), "one", facts={"heads": (1, 2)}, every=3, each=9),
    # as good as cash
    S("gift_cards", "Gift cards for oneself", "giftshop prepaid", "any", (10, 20), ("round", 0.8, 2.2), "one", facts={"purpose": "gift"}, every=12, like=(0.6, 2)),
    S("cash_drawn", "Cash drawn outside a trip", "cash exchange", "plain", (8, 23), ("round", 0.6, 1.4), "one", every=20, each=3, like=(0.3, 1)),
    S("shop_cash_back", "Keyed payments at a friendly shop that hands out cash", "gadgets convenience market", "any", (17, 23), ("round", 2.0, 4.5), "one", facts={"mode": 1, "receipt": 0}, every=9),
    # twice
    S("claimed_twice", "The same receipt filed again weeks later", "dinner gadgets taxi", "work", None, ("usual", 0.8, 1.6), "any", "twice", every=15, each=4, like=(0.3, 1)),
    S("colleagues_receipt", "The receipt of a colleague filed as one's own", "dinner fine taxi", "work", None, ("usual", 0.8, 1.6), "home", "colleague", every=14, each=4, like=(0.4, 1)),
    S("pair_same_amount", "Two of a team who claim one meal each", "dinner lunch", "work", (11, 21), ("usual", 1.0, 2.0), "home", "pair", every=10, each=4, like=(0.5, 2)),
    S("colluding_guests", "Two who name each other as guests, turn by turn", "fine dinner", "work", (18, 22), ("usual", 0.9, 1.6), "one", "turns", facts={"heads": (2, 2), "purpose": "client"}, every=9, each=5),
    S("fuel_and_mileage", "Fuel and mileage for one journey", "fuel", "work", (7, 19), ("usual", 0.7, 1.2), "any", "with_mileage", every=7, each=5, like=(0.4, 1.2)),
    S("double_per_diem", "A per diem and the meals it is meant for", "dinner lunch", "trip", None, ("usual", 0.9, 1.6), "any", "with_per_diem", every=7, each=4, like=(0.4, 1.2)),
    S("refund_kept", "Returned to the shop after the company had paid, the money kept", "gadgets clothes air hotel", "work", None, ("usual", 0.8, 1.6), "any", "refund", every=20, each=3, like=(0.3, 1)),
    S("cancel_and_recharge", "Cancelled and charged again for more", "dinner fine gadgets", "work", None, ("usual", 0.8, 1.5), "any", "recharge", every=14, each=4, like=(0.4, 1)),
    # travel
    S("upgraded_class", "A better class than the rules allow", "air rail", "any", None, ("usual", 2.2, 3.8), "any", facts={"purpose": "trip"}, every=20, each=3, like=(0.6, 2)),
    S("shopping_abroad", "Souvenirs and clothes on a trip", "depart clothes market", "trip", (15, 22), ("usual", 0.9, 2.2), "any", facts={"purpose": "supplies"}, every=5, each=3),
    S("minibar_and_spa", "Extras of the hotel, far above a night's price", "hotel", "trip", (20, 24), ("usual", 1.7, 3.0), "any", facts={"purpose": "trip"}, every=6, each=3, like=(0.5, 1.5)),
    S("weekend_car", "A hired car over the weekend", "carhire", "weekend", (8, 18), ("usual", 1.0, 2.2), "any", facts={"purpose": "trip"}, every=14, each=3, like=(0.5, 1.5)),
    S("friends_tickets", "Tickets for friends among those of a trip", "rail air", "plain", (10, 23), ("usual", 1.0, 1.7), "any", facts={"purpose": "trip"}, every=12, each=4, like=(0.8, 2.5)),
    # approval and papers
    S("approver_at_table", "The approver who sat at the table and approves at once", "fine bar golf", "work", (12, 22), ("usual", 1.0, 1.8), "one", facts={"approval_seconds": (2, 9)}, every=10, like=(0.4, 1.2)),
    S("self_approved", "Approved by the cardholder", "dinner gadgets mall", "work", None, ("usual", 0.9, 1.8), "any", "self_approval", every=12, like=(0.2, 0.8)),
    S("no_receipt_habit", "Larger amounts always without a receipt", "dinner taxi market gadgets", "any", None, ("usual", 1.2, 2.4), "any", facts={"receipt": 0, "text": 0}, every=6, each=7, like=(0.8, 3)),
    S("late_filing_mix", "Old private payments filed among a month's others", "dinner market mall", "off", None, ("usual", 0.8, 1.8), "any", facts={"submit_days": (31, 44)}, every=9, each=5),
    S("instalment_gadget", "A private telephone in instalments", "gadgets", "any", (11, 21), ("usual", 2.0, 4.5), "any", facts={"installments": (3, 6), "purpose": "equipment"}, every=40, each=2, like=(0.8, 2)),
    S("shared_card_abuse", "Private payments on the card everybody uses", "market dinner fuel", "off", (10, 22), ("usual", 0.7, 1.6), "any", facts={"card": 1}, every=8, like=(0.6, 2)),
)
# fmt: on
CODES: tuple[str, ...] = tuple(scheme.code for scheme in CATALOGUE)
