"""A strange company's nights as its administrator and reviewers live them, week by week in batches."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cases.selection import OpenCase, Selection
from fraud.detection.scoring.hits import Rules
from fraud.learning.training import TrainedModel
from tests.benchmarks.strangers import product
from tests.benchmarks.strangers.company import Company
from tests.benchmarks.strangers.outcomes import known_outcomes, labels_of, moment
from tests.benchmarks.strangers.product import Book
from tests.benchmarks.strangers.rulebook import Ruled, company_rules

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
SEAT_SHARE, MOST_SEATS = 0.03, 25
DECIDED_AFTER = 14  # days from alert to outcome
#: How often the reviewers of the tested nights are wrong: a miss, and (rarely) a wrong charge.
MISSED, CHARGED = 0.06, 0.003
CHANNELS = ("rule", "model", "novelty", "learning", "control_sample")


@dataclass
class Tested:
    """What the product did with the claims of the tested nights.

    Arrays over all claims of the company: `probability`, `queue` (nan before they were scored), `night` they were opened (-1: never),
    `channel` (index into CHANNELS, -1), `inclusion` probability.
    """

    probability: NDArray[np.float64]
    queue: NDArray[np.float64]
    night: Ints
    channel: Ints
    inclusion: NDArray[np.float64]
    seats: int
    seats_taken: int = 0
    n_waiting: int = 0  # bundles over the threshold without a seat, summed over nights

    @classmethod
    def empty(cls, n: int, seats: int) -> Tested:
        return cls(np.full(n, np.nan), np.full(n, np.nan), np.full(n, -1), np.full(n, -1), np.ones(n), seats)

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
        self.alone = np.ones(
            company.claims.height
        )  # what the model alone thought of a claim; 1 where it was not asked
        self.waiting: list[tuple[int, pl.DataFrame]] = []
        self.cases: list[tuple[int, OpenCase]] = []
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
        features = product.features_of(self.company, self.known(day), arrived, wanted)
        hits = self.hits[wanted][:, book.columns]
        return product.train(
            features,
            hits,
            book,
            self.known(day),
            moment(self.company, day),
            self.values,
            self.options.max_negatives,
        )

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
        with self.clock.stage("score"):
            beliefs, untried = self.believed(book, start)
            scores = product.score(
                self.model, features, hits, book, beliefs if self.options.beliefs else None
            )
        self.alone[rows] = scores["model_probability"].to_numpy()
        self.tested.probability[rows] = scores["hybrid_probability"].to_numpy()
        self.tested.queue[rows] = scores["queue_probability"].to_numpy()
        with self.clock.stage("select"):
            competing = product.candidates(self.company, rows, scores, hits, book, untried)
            for day in range(start, end):
                tonight = self.company.delivered[rows] == day
                self.night(day, competing.filter(pl.Series(tonight)))

    def believed(self, book: Book, day: int) -> tuple[Rules, Mask]:
        """What is known of each rule by itself that morning."""
        company, columns = self.company, book.columns
        recent = company.arrived(day - product.BELIEF_DAYS, day)
        scored = recent & ~np.isnan(self.tested.probability)
        known = self.known(day)
        place, misuse = known["claim_id"].to_numpy() - 1, known["is_misuse"].to_numpy().astype(np.float64)
        was_scored = ~np.isnan(self.tested.probability[place])
        unseen = was_scored & (self.alone[place] <= self.values.alert_threshold)
        return product.believed(
            book,
            self.hits[recent][:, columns],
            product.BELIEF_DAYS,
            product.Seen(self.hits[place[unseen]][:, columns], misuse[unseen]),
            product.Seen(self.hits[place[~was_scored]][:, columns], misuse[~was_scored]),
            product.Seen(self.hits[scored][:, columns], self.alone[scored]),
        )

    def night(self, day: int, tonight: pl.DataFrame) -> None:
        """Choose, open, and let the reviewers decide in a fortnight."""
        self.waiting = [(held, part) for held, part in self.waiting if day - held < product.WAITING_NIGHTS]
        self.cases = [(opened, case) for opened, case in self.cases if day - opened < DECIDED_AFTER]
        competing = pl.concat([tonight, *(part for _, part in self.waiting)])
        chosen = product.select(
            competing,
            tonight["claim_id"].to_numpy(),
            product.seats_of(self.values, str(day), self.novelty_outcomes(day)),
            [case for _, case in self.cases],
        )
        self.keep_waiting(day, chosen, competing)
        self.open(day, chosen)

    def novelty_outcomes(self, day: int) -> tuple[int, int]:
        """(reviewed, confirmed) of what novelty seats opened, as known that morning."""
        seated = np.flatnonzero(self.tested.channel == CHANNELS.index("novelty"))
        known = self.known(day)
        mine = known.filter(pl.col("claim_id").is_in((seated + 1).tolist()))
        return mine.height, int(mine["is_misuse"].sum())

    def keep_waiting(self, day: int, chosen: Selection, competing: pl.DataFrame) -> None:
        """What got no seat competes again until it expires, counted from the night it was held first."""
        held = {claim for bundle in chosen.held for claim in bundle.claims}
        self.tested.n_waiting += len(chosen.held)
        kept = [(night, part.filter(pl.col("claim_id").is_in(held))) for night, part in self.waiting]
        before = {claim for _, part in kept for claim in part["claim_id"].to_list()}
        new = competing.filter(pl.col("claim_id").is_in(held - before))
        self.waiting = [(night, part) for night, part in [*kept, (day, new)] if part.height]

    def open(self, day: int, chosen: Selection) -> None:
        tested, company = self.tested, self.company
        for bundle in chosen.bundles:
            rows = np.array(bundle.claims, dtype=np.int64)
            rows = rows[tested.night[rows] < 0]
            if not len(rows):
                continue
            tested.night[rows], tested.channel[rows] = day, CHANNELS.index(bundle.channel)
            tested.inclusion[rows] = bundle.inclusion_probability
            if bundle.case_id is None:
                tested.seats_taken += bundle.channel in ("model", "novelty", "learning")
                places = frozenset(bundle.places)
                case = OpenCase(len(self.cases) + day * 1_000, bundle.cardholder_id, bundle.pattern, places)
                self.cases.append((day, case))
            truth = company.truth[rows]
            noise = self.rng.random(len(rows))
            misuse = np.where(truth, noise >= MISSED, noise < CHARGED)
            source = "control" if bundle.channel == "control_sample" else "review"
            known = np.full(len(rows), day + DECIDED_AFTER)
            outcome = labels_of(company, rows, misuse, known, source, bundle.inclusion_probability)
            self.labels = pl.concat([self.labels, outcome])
