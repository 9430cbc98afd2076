"""A strange company's nights as its administrator and reviewers live them, week by week in batches."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cases.selection import LIKELY, RARE, Bundle, OpenCase, Selection
from fraud.detection.scoring.beliefs import RuleEvidence
from fraud.detection.scoring.recalibration import Recalibration, learnt_from
from fraud.learning.training import TrainedModel
from tests.benchmarks.strangers import product
from tests.benchmarks.strangers.company import Company
from tests.benchmarks.strangers.outcomes import known_outcomes, labels_of, moment
from tests.benchmarks.strangers.product import Book, Scored, Seen
from tests.benchmarks.strangers.rulebook import Ruled, company_rules

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
SEAT_SHARE, MOST_SEATS = 0.03, 25
DECIDED_AFTER = 14  # days from alert to outcome
#: How often the reviewers of the tested nights are wrong: a miss, and (rarely) a wrong charge. Two persons agree on a charge, and what
#: was drawn by lot seldom looks guilty: there innocents are charged a tenth as often.
MISSED, CHARGED, CHARGED_BY_LOT = 0.06, 0.003, 0.0003
CONTROL, NOVELTY = "control_sample", "novelty"


@dataclass
class Tested:
    """What the product did with the claims of the tested nights.

    Arrays over all claims of the company: `probability` and `queue` (nan before they were scored), `night` they were opened (-1: never),
    `channel` ("" for none), `inclusion` probability. Of seats: how many a night, all of them, and those left free.
    """

    probability: NDArray[np.float64]
    queue: NDArray[np.float64]
    night: Ints
    channel: NDArray[np.object_]
    inclusion: NDArray[np.float64]
    seats: int
    seats_total: int = 0
    seats_free: int = 0
    n_waiting: int = 0  # bundles over the threshold without a seat, summed over nights

    @classmethod
    def empty(cls, n: int, seats: int) -> Tested:
        return cls(
            np.full(n, np.nan),
            np.full(n, np.nan),
            np.full(n, -1),
            np.full(n, "", dtype=object),
            np.ones(n),
            seats,
        )

    @property
    def opened(self) -> Mask:
        return self.night >= 0


@dataclass
class Clock:
    """Seconds of each stage, told on stderr."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    def say(self, who: str) -> None:
        parts = " ".join(f"{name} {seconds:.1f}" for name, seconds in self.seconds.items())
        print(f"{who}: {parts} s", file=sys.stderr, flush=True)


class Nights:
    """One company's run: state between its weeks."""

    def __init__(self, company: Company, options: Namespace, clock: Clock) -> None:
        self.company, self.options, self.clock = company, options, clock
        traits = company.traits
        with clock.stage("outcomes"):
            self.labels = known_outcomes(company)
        self.rules: list[Ruled] = company_rules(
            company, extra=options.extra_rules, for_new=options.new_rules, useless=options.useless_rules
        )
        with clock.stage("rules"):
            self.hits = product.hits_of(company, [ruled.spec for ruled in self.rules])
        per_night = company.arrived(traits.cut_off, traits.days).sum() / max(traits.days - traits.cut_off, 1)
        self.seats = int(np.clip(round(per_night * SEAT_SHARE), 2, MOST_SEATS))
        self.values = product.settings_of(self.seats, options.control)
        self.tested = Tested.empty(company.claims.height, self.seats)
        self.model: TrainedModel | None = None
        self.alone = np.full(company.claims.height, np.nan)  # what the model alone thought of a claim
        self.given = np.full(
            company.claims.height, np.nan
        )  # probabilities before their night recalibrated them
        self.waiting: list[tuple[int, pl.DataFrame]] = []
        self.cases: list[tuple[int, OpenCase]] = []
        self.n_cases = 0
        self.novel: dict[str, list[int]] = {LIKELY: [], RARE: []}  # positions opened by novelty seats
        self.believed: list[RuleEvidence] = []  # what the last week knew of each rule
        self.rng = traits.rng("reviewers")

    def run(self) -> Tested:
        """All tested nights."""
        cut_off, days = self.company.traits.cut_off, self.company.traits.days
        for number, start in enumerate(range(cut_off, days, 7)):
            book = self.book(start)
            if self.model is None or (
                self.options.retrain_weeks and number % self.options.retrain_weeks == 0
            ):
                with self.clock.stage("train"):
                    self.model = self.trained(book, start)
            self.week(book, start, min(start + 7, days))
        return self.tested

    def book(self, day: int) -> Book:
        """The rules in use on a day."""
        active = [place for place, ruled in enumerate(self.rules) if ruled.active_from <= day]
        return Book([self.rules[place].spec for place in active], np.array(active, dtype=np.int64))

    def known(self, day: int) -> pl.DataFrame:
        """Outcomes known on the morning of a day; the latest of a claim holds."""
        known = self.labels.filter(pl.col("known_at") <= moment(self.company, day)).sort(
            "known_at", maintain_order=True
        )
        return known.unique("claim_id", keep="last", maintain_order=True)

    def trained(self, book: Book, day: int) -> TrainedModel:
        """A version on everything that arrived before the day."""
        arrived = self.company.delivered < day
        wanted = arrived & (self.company.claims["amount_minor"] > 0).to_numpy()
        known, cut_off = self.known(day), moment(self.company, day)
        features = product.features_of(self.company, known, arrived, wanted)
        hits = self.hits[wanted][:, book.columns]
        return product.train(features, hits, book, known, cut_off, self.values)

    def week(self, book: Book, start: int, end: int) -> None:
        """Score what arrives in the week, then choose night by night."""
        assert self.model is not None
        wanted = self.company.arrived(start, end)
        if not wanted.any():
            return
        rows = np.flatnonzero(wanted)
        with self.clock.stage("features"):
            features = product.features_of(
                self.company, self.known(start), self.company.delivered < end, wanted
            )
        hits = self.hits[rows][:, book.columns]
        evidence = self.evidence(book, start) if self.options.beliefs else None
        with self.clock.stage("score"):
            recalibration = self.recalibration(start) if self.options.recalibration else Recalibration()
            scores = product.score(self.model, features, hits, book, evidence, recalibration)
        self.alone[rows] = scores["model_probability"].to_numpy()
        self.tested.probability[rows] = scores["hybrid_probability"].to_numpy()
        if self.model.model.has_learnt:  # what has learnt nothing is not set right
            self.given[rows] = recalibration.undo(self.tested.probability[rows])
        self.tested.queue[rows] = scores["queue_probability"].to_numpy()
        with self.clock.stage("select"):
            scored = product.scored_claims(
                self.company, rows, scores, hits, book, evidence, self.values.alert_threshold
            )
            for day in range(start, end):
                self.night(day, scored.of(self.company.delivered[rows] == day))

    def evidence(self, book: Book, day: int) -> list[RuleEvidence]:
        """What is known of each rule by itself that morning."""
        recent = self.company.arrived(day - product.BELIEF_DAYS, day)
        alone = self.alone
        if not (recent & ~np.isnan(alone)).any():  # the first night: the version scores the weeks before it
            alone = self.scored_now(recent, book, day)
        asked = recent & ~np.isnan(alone)
        known = self.known(day)
        place, misuse = known["claim_id"].to_numpy() - 1, known["is_misuse"].to_numpy().astype(np.float64)
        scored = ~np.isnan(self.tested.probability[place])
        unseen = scored & (self.alone[place] <= self.values.alert_threshold)

        def seen(rows: NDArray, values: NDArray[np.float64]) -> Seen:
            return Seen(self.hits[rows][:, book.columns], values)

        found = product.evidence_of(
            book,
            self.hits[recent][:, book.columns],
            product.BELIEF_DAYS,
            live=seen(place[unseen], misuse[unseen]),
            past=seen(place[~scored], misuse[~scored]),
            alone=seen(asked, alone[asked]),
        )
        self.believed = found
        return found

    def scored_now(self, wanted: NDArray[np.bool_], book: Book, day: int) -> NDArray[np.float64]:
        """What the version thinks of these claims that no night has judged; nan for the others."""
        assert self.model is not None
        found = np.full(self.company.claims.height, np.nan)
        features = product.features_of(self.company, self.known(day), self.company.delivered < day, wanted)
        hits = self.hits[wanted][:, book.columns]
        scores = product.score(self.model, features, hits, book, None, Recalibration())
        found[wanted] = scores["model_probability"].to_numpy()
        return found

    def recalibration(self, day: int) -> Recalibration:
        """What outcomes of opened claims, known that morning, say of the probabilities they got."""
        known = self.known(day)
        place, misuse = known["claim_id"].to_numpy() - 1, known["is_misuse"].to_numpy().astype(np.float64)
        asked = self.tested.opened[place] & ~np.isnan(self.given[place])
        return learnt_from(self.given[place[asked]], misuse[asked])

    def novelty_outcomes(self, day: int, drawn_by: str) -> tuple[int, int]:
        """(reviewed, confirmed) of what novelty seats opened in one of their orders, as known that morning."""
        place = np.array(self.novel[drawn_by], dtype=np.int64)
        known = self.known(day).filter(pl.col("claim_id").is_in((place + 1).tolist()))
        return known.height, int(known["is_misuse"].sum())

    def night(self, day: int, tonight: Scored) -> None:
        """Choose, open, and let the reviewers decide in a fortnight."""
        self.waiting = [(held, part) for held, part in self.waiting if day - held < product.WAITING_NIGHTS]
        self.cases = [(opened, case) for opened, case in self.cases if day - opened < DECIDED_AFTER]
        waiting = [part for _, part in self.waiting]
        outcomes = [self.novelty_outcomes(day, order) for order in (LIKELY, RARE)]
        seats = product.seats_of(self.values, str(day), *outcomes)
        chosen = product.select(tonight, waiting, seats, [case for _, case in self.cases], self.asked())
        self.tested.seats_total += sum(chosen.seats.values())
        self.tested.seats_free += chosen.seats["free"]
        self.keep_waiting(day, chosen, pl.concat([tonight.competing, *waiting]))
        self.open(day, chosen)

    def asked(self) -> dict[str, int]:
        """How many claims each rule hit that were opened so far."""
        counts = self.hits[self.tested.opened].sum(axis=0)
        return {ruled.spec.code: int(n) for ruled, n in zip(self.rules, counts, strict=True)}

    def keep_waiting(self, day: int, chosen: Selection, competing: pl.DataFrame) -> None:
        """What got no seat competes again until it expires, counted from the night it was held first."""
        held = {claim for bundle in chosen.held for claim in bundle.claims}
        self.tested.n_waiting += len(chosen.held)
        kept = [(night, part.filter(pl.col("claim_id").is_in(held))) for night, part in self.waiting]
        before = {claim for _, part in kept for claim in part["claim_id"].to_list()}
        new = competing.filter(pl.col("claim_id").is_in(held - before))
        self.waiting = [(night, part) for night, part in [*kept, (day, new)] if part.height]

    def open(self, day: int, chosen: Selection) -> None:
        """Open or join cases; their outcomes become known later."""
        for bundle in chosen.bundles:
            rows = np.array(bundle.claims, dtype=np.int64)
            rows = rows[self.tested.night[rows] < 0]
            if len(rows):
                self.tested.night[rows], self.tested.channel[rows] = day, bundle.channel
                self.tested.inclusion[rows] = bundle.inclusion_probability
                if bundle.channel == NOVELTY:
                    self.novel[bundle.drawn_by].extend(rows.tolist())
                self.keep_case(day, bundle)
                self.decide(day, bundle, rows)

    def keep_case(self, day: int, bundle: Bundle) -> None:
        """The case takes further alerts until it is decided; control samples stay alone."""
        if bundle.channel == CONTROL:
            return
        for place, (opened, case) in enumerate(self.cases):
            if case.case_id == bundle.case_id:
                wider = replace(case, merchant_weeks=case.merchant_weeks | bundle.places)
                self.cases[place] = (opened, wider)
                return
        self.n_cases += 1
        case = OpenCase(self.n_cases, bundle.cardholder_id, bundle.pattern, frozenset(bundle.places))
        self.cases.append((day, case))

    def decide(self, day: int, bundle: Bundle, rows: Ints) -> None:
        """What the reviewers will find, some of it wrong."""
        truth, noise = self.company.truth[rows], self.rng.random(len(rows))
        by_lot = bundle.channel == CONTROL
        misuse = np.where(truth, noise >= MISSED, noise < (CHARGED_BY_LOT if by_lot else CHARGED))
        source = "control" if by_lot else "review"
        known = np.full(len(rows), day + DECIDED_AFTER)
        outcome = labels_of(self.company, rows, misuse, known, source, bundle.inclusion_probability)
        self.labels = pl.concat([self.labels, outcome])
