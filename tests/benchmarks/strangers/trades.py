"""Who works in which trade, and what people of a job family usually pay for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.strangers.kinds import INDEX, KINDS

#: What everybody pays for now and then.
_COMMON = "lunch 6 cafe 4 dinner 2.2 convenience 2 taxi 2 office 1 parking 1 courier .5 bakery .7 market .45 mall .8 pharmacy .25"
#: Kinds no family names still occur, this often.
_RARE = 0.06

#: job family: its own weights over the common ones, how lively its cards are, trips a month, overtime a month, weekend share
_FAMILIES: dict[str, tuple[str, float, float, float, float]] = {
    "office": ("office 3 printing .8 courier 1 telecom .4 software .6 course .4 books .4 caterer .4", 0.8, 0.15, 1.6, 0.05),
    "sales": ("fine 2.4 dinner 3 fuel 4 parking 3 toll 2.4 cafe 5 giftshop .3 golf .12 bar .35 flowers .3 hotel .6 rail .6 liquor .1", 1.7, 0.8, 1.0, 0.12),
    "field": ("fuel 6 tools 3 trade 1 parking 2 toll 3 lunch 8 rental .5 clothes .3 repair .6 hotel .5", 1.5, 0.5, 0.9, 0.18),
    "driver": ("fuel 9 toll 7 repair 1.4 lunch 6 parking 2 convenience 4 hotel .4", 1.8, 0.6, 0.6, 0.30),
    "it": ("software 3 gadgets 1 digital .5 telecom .8 books .5 course .5 mall 1.6 dinner 2", 0.9, 0.2, 3.0, 0.10),
    "lab": ("lab 4 trade .8 mall 1.6 books .5 member .5 course .5 courier .8", 1.0, 0.35, 1.4, 0.10),
    "medical": ("lab 1.5 pharmacy 1.4 course .6 member .7 caterer .5 convenience 3 bakery 1.2", 0.8, 0.2, 2.2, 0.28),
    "teaching": ("books 1.5 member 1.0 course .6 printing .6 air .35 hotel .6 cafe 4 caterer .4 agency .2", 0.9, 0.6, 0.8, 0.10),
    "management": ("fine 4 dinner 2.5 golf .4 hotel 1 air .5 consult .4 flowers .8 giftshop .4 agency .4 bar .3 depart .25", 1.4, 0.7, 0.7, 0.14),
    "events": ("caterer 1.4 agency 1.2 rental 1 flowers .8 giftshop .6 market 1.2 toys .25 stage .2 printing 1.2 charity .15 sports .3", 1.2, 0.4, 1.2, 0.22),
    "buyer": ("trade 3 tools 1.5 gadgets .8 furniture .4 office 1.8 market .8 clothes .3 agency .3", 1.1, 0.3, 0.8, 0.06),
}  # fmt: skip
FAMILIES: tuple[str, ...] = tuple(_FAMILIES)

#: trade: shares of its job families
_TRADES: dict[str, str] = {
    "manufacturing": "office 3 sales 2 field 3 it .6 lab 1.5 management .7 buyer 1.5 driver .8",
    "sales": "office 2 sales 7 field 1 it .5 management .8 events .7",
    "hospital": "office 2 medical 6 lab 1.5 management .5 it .5 events .3 buyer .8",
    "university": "office 2.5 teaching 5 lab 3 it .8 management .5 events .8",
    "construction": "office 1.5 field 6 sales .8 management .8 buyer 1.5 driver 1.2",
    "it": "it 6 office 1.5 sales 1.8 management .7 events .3",
    "logistics": "driver 6 office 1.8 field 1.5 sales 1 management .4 it .4",
    "ngo": "office 2 events 4 teaching 1.5 field 1.5 management .5",
    "retail": "office 1.8 sales 1.5 buyer 4 field 1 events 1.4 management .6 driver .8",
    "consulting": "sales 4 it 2 office 1.5 management 1.6 teaching .8",
}
#: What is paid on a trip.
_TRIP = "hotel 5 lunch 6 dinner 4 cafe 3 taxi 5 rail 3 air 1 carhire 1.2 convenience 2 parking .6 fuel .8 exchange .05 cash .03"


def weights(text: str) -> NDArray[np.float64]:
    """Shares of all kinds from "kind weight kind weight …"; they sum to 1."""
    parts = text.split()
    found = np.zeros(len(KINDS))
    for key, weight in zip(parts[::2], parts[1::2], strict=True):
        found[INDEX[key]] += float(weight)
    return found / found.sum()


def family_shares(trade: str) -> NDArray[np.float64]:
    """Share of each of FAMILIES among a trade's people."""
    parts = _TRADES[trade].split()
    given = dict(zip(parts[::2], map(float, parts[1::2]), strict=True))
    shares = np.array([given.get(name, 0.0) for name in FAMILIES])
    return shares / shares.sum()


def family_mix() -> NDArray[np.float64]:
    """(families, kinds): what each family pays for on an ordinary day; what nobody names still occurs, rarely."""
    rare = np.full(len(KINDS), _RARE)
    for key in (
        "lottery",
        "cash",
        "stage",
        "exchange",
        "prepaid",
        "jewels",
        "mileage",
        "perdiem",
        "gym",
        "beauty",
    ):
        rare[INDEX[key]] = _RARE / 3
    found = []
    for own, *_ in _FAMILIES.values():
        mix = weights(f"{_COMMON} {own}") + rare / len(KINDS)
        found.append(mix / mix.sum())
    return np.stack(found)


def trip_mix() -> NDArray[np.float64]:
    """Shares of kinds on a day away."""
    return weights(_TRIP)


def pace() -> NDArray[np.float64]:
    """(families, 4): liveliness of cards, trips a month, overtime a month, how lively a day off is."""
    return np.array([numbers for _, *numbers in _FAMILIES.values()])
