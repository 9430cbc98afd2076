"""One company from its seed to its figures."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.strangers.company import Company, build_company
from tests.benchmarks.strangers.figures import (
    Ground,
    Way,
    best_of_nights,
    calibration,
    rounded,
    with_intervals,
)
from tests.benchmarks.strangers.hidden import hidden_in_turn
from tests.benchmarks.strangers.nights import CONTROL, Clock, Nights, Tested
from tests.benchmarks.strangers.outcomes import moment
from tests.benchmarks.strangers.rulebook import USELESS
from tests.benchmarks.strangers.schemes import CATALOGUE
from tests.benchmarks.strangers.status_quo import (
    TREE_THRESHOLD,
    old_book,
    plain_facts,
    simple_tree,
    tree_matrix,
    tree_probability,
)
from tests.benchmarks.strangers.traits import FIELDS

Mask = NDArray[np.bool_]


def measure(seed: int, options: Namespace) -> dict[str, Any]:
    """Figures of the company of a seed, as plain values."""
    clock = Clock()
    with clock.stage("company"):
        company = build_company(seed, nights=options.nights, scale=options.scale)
    hidden = hidden_in_turn(company, options, clock) if options.hide_schemes else []
    nights = Nights(company, options, clock)
    confirmed, looked_at = _known_before(nights)
    tested = nights.run()
    with clock.stage("status quo"):
        ways, rows = _ways(company, nights, tested)
    ground = _ground(company, rows, tested)
    with clock.stage("figures"):
        figures = with_intervals(ground, ways, company.traits.rng("bootstrap"), options.draws)
        answer = {
            "seed": seed,
            "company": _described(company, nights, confirmed, looked_at, ground),
            "ways": figures,
            "calibration": _calibration(company, tested, rows),
            "seats": _seats(company, tested, ground, rows),
            "schemes": _schemes(company, ways, rows),
            "useless_rules": _useless(nights),
            "hidden": hidden,
        }
    clock.say(f"seed {seed}")
    return answer | {"seconds": {name: round(value, 1) for name, value in clock.seconds.items()}}


def _known_before(nights: Nights) -> tuple[int, int]:
    """Confirmed misuse and outcomes known at the cut-off."""
    known = nights.known(nights.company.traits.cut_off)
    return int(known["is_misuse"].sum()), known.height


def _ways(company: Company, nights: Nights, tested: Tested) -> tuple[list[Way], NDArray[np.int64]]:
    """The product, its ranking alone, and what the company had before, on the tested claims."""
    traits = company.traits
    rows = np.flatnonzero(company.arrived(traits.cut_off, traits.days))
    facts = plain_facts(company)
    old = old_book(company, facts).hits[rows]
    tree = _tree(company, nights, tree_matrix(facts))[rows]
    queue, probability = tested.queue[rows], tested.probability[rows]
    rules_any = old.any(axis=1)
    over = probability > nights.values.alert_threshold
    decided = tested.opened[rows] & (tested.channel[rows] != CONTROL)
    ways = [
        Way("product", queue, decided),
        Way("ranking", queue, over),
        Way("rules", old.sum(axis=1).astype(np.float64), rules_any),
        Way("tree", tree, tree >= TREE_THRESHOLD),
        Way("union", tree + rules_any, rules_any | (tree >= TREE_THRESHOLD)),
    ]
    ground = _ground(company, rows, tested)
    ways.append(Way("tree_top", tree, best_of_nights(ground, tree, traits.rng("ties"))))
    return ways, rows


def _tree(company: Company, nights: Nights, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
    """The simple tree on the labels the product had, unreviewed claims as genuine, trained as often."""
    traits, weeks = company.traits, nights.options.retrain_weeks
    ids = company.claims["claim_id"].to_numpy()
    spent = (company.claims["amount_minor"] > 0).to_numpy()
    found = np.zeros(company.claims.height)
    step = 7 * weeks if weeks else traits.days
    for start in range(traits.cut_off, traits.days, step):
        known = nights.labels.filter(nights.labels["known_at"] <= moment(company, start)).filter("is_misuse")
        past = (company.delivered < start) & spent
        model = simple_tree(matrix[past], np.isin(ids[past], known["claim_id"].to_numpy()))
        now = company.arrived(start, min(start + step, traits.days))
        found[now] = tree_probability(model, matrix[now])
    return found


def _ground(company: Company, rows: NDArray[np.int64], tested: Tested) -> Ground:
    new = np.array([played.number for played in company.schemes if played.is_new])
    return Ground(
        company.truth[rows],
        np.isin(company.scheme[rows], new),
        company.claims["cardholder_id"].to_numpy()[rows],
        company.delivered[rows],
        tested.seats,
        company.traits.days - company.traits.cut_off,
    )


def _described(
    company: Company, nights: Nights, confirmed: int, looked_at: int, ground: Ground
) -> dict[str, Any]:
    traits = company.traits
    return {
        "trade": traits.trade,
        "currency": traits.currency,
        "employees": traits.employees,
        "claims": company.claims.height,
        "misuse_rate": rounded(float(company.truth.mean())),
        "fields_missing": sorted(_missing(company)),
        "reviewed_share": rounded(traits.habit.reviewed),
        "outcomes_known": looked_at,
        "confirmed": confirmed,
        "rules": len(nights.rules),
        "schemes": len(company.schemes),
        "new_schemes": [played.scheme.code for played in company.schemes if played.is_new],
        "tested_claims": len(ground),
        "tested_misuse": int(ground.truth.sum()),
        "tested_misuse_new": int((ground.truth & ground.is_new).sum()),
    }


def _missing(company: Company) -> set[str]:
    return set(FIELDS) - company.traits.fields


def _calibration(company: Company, tested: Tested, rows: NDArray[np.int64]) -> dict[str, Any]:
    return calibration(
        tested.probability[rows],
        company.truth[rows],
        tested.opened[rows],
        tested.channel[rows] == CONTROL,
        tested.inclusion[rows],
    )


def _seats(company: Company, tested: Tested, ground: Ground, rows: NDArray[np.int64]) -> dict[str, Any]:
    channel, truth = tested.channel[rows], company.truth[rows]
    by_channel = {
        name: {"alerts": int((channel == name).sum()), "misuse": int(truth[channel == name].sum())}
        for name in sorted({*channel.tolist()} - {""})
    }
    return {
        "a_night": ground.seats,
        "taken": rounded(1 - tested.seats_free / max(tested.seats_total, 1)),
        "waiting_a_night": rounded(tested.n_waiting / ground.nights),
        "channels": by_channel,
        "control": control_finds(channel, truth),
    }


def control_finds(channel: NDArray[np.object_], truth: Mask) -> dict[str, Any]:
    """Checks of the control sample, the misuse they found, and what as many equal chances would have found among all that nothing else opened."""
    drawn, left = channel == CONTROL, (channel == CONTROL) | (channel == "")
    uniform = float(drawn.sum() * truth[left].mean()) if left.any() else 0.0
    return {"checks": int(drawn.sum()), "finds": int(truth[drawn].sum()), "uniform": rounded(uniform)}


def _useless(nights: Nights) -> dict[str, Any]:
    """How many useless rules there are, the median of what their outcomes leave possible, how many of them the outcomes condemn, and
    how many of these the product proposes to retire: those that were tried."""
    useless = [each for each in nights.believed if each.code.startswith(USELESS)]
    condemned = [each for each in useless if each.upper < nights.values.alert_threshold]
    return {
        "rules": len(useless),
        "upper": rounded(float(np.median([each.upper for each in useless] or [np.nan]))),
        "condemned": len(condemned),
        "proposed": sum(each.is_judged for each in condemned),
    }


def _schemes(company: Company, ways: list[Way], rows: NDArray[np.int64]) -> list[dict[str, Any]]:
    """Scheme by scheme: claims in the tested nights and the share each way opened."""
    scheme, found = company.scheme[rows], []
    for played in sorted(company.schemes, key=lambda each: (not each.is_new, each.scheme.code)):
        there = scheme == played.number
        if there.any():
            shares = {way.name: rounded(float(way.opened[there].mean())) for way in ways}
            row = {"code": CATALOGUE[played.number].code, "is_new": played.is_new, "claims": int(there.sum())}
            found.append(row | shares)
    return found
