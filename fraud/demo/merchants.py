"""The shops where the demo company's people pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.demo.days import Days
from fraud.demo.identifiers import business_numbers
from fraud.demo.kinds import ALL_KINDS, FOREIGN_KINDS, KIND_INDEX, KINDS
from fraud.demo.options import CompanyOptions
from fraud.demo.people import People, person_names
from fraud.demo.wordlists import BRANCH_TAILS, FIRM_TAILS, FOREIGN_PLACES, LATIN_HEADS, REGIONS, SHOP_HEADS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

PER_EMPLOYEE = 2.2
TAX_TYPES = ("일반", "간이", "면세")
N_REGIONS = len(REGIONS)
OPEN, CLOSED, SUSPENDED = 0, 1, 2
STATUS_NAMES = ("계속사업자", "폐업자", "휴업자")


@dataclass
class Merchants:
    """Arrays with one entry per merchant; `region` of a foreign one is N_REGIONS + index into FOREIGN_PLACES.

    `opened` and `status_day` are day indices of the period. Merchants from `n_ordinary` on belong to single schemes
    and are in no pool. `pool_start`/`pool_size` are (kinds, regions + places) over the merchant order.
    """

    kind: Ints
    region: Ints
    names: list[str]
    brn: list[str]
    ceo: list[str]
    price: Floats
    opened: Ints
    status: Ints
    status_day: Ints
    tax: Ints
    pool_start: Ints
    pool_size: Ints
    n_ordinary: int

    @property
    def n(self) -> int:
        return len(self.names)

    def add(self, kind: str, region: int, name: str, brn: str, ceo: str, opened: int) -> int:
        """Append one merchant of a single scheme; returns its index."""
        self.kind = np.append(self.kind, KIND_INDEX[kind])
        self.region = np.append(self.region, region)
        self.names.append(name)
        self.brn.append(brn)
        self.ceo.append(ceo)
        self.price = np.append(self.price, 1.0)
        self.opened = np.append(self.opened, opened)
        self.status = np.append(self.status, OPEN)
        self.status_day = np.append(self.status_day, 0)
        self.tax = np.append(self.tax, 0)
        return self.n - 1


def _region_weights(people: People) -> Floats:
    """Three quarters of all shops lie where the company works, the rest everywhere."""
    own = np.bincount(people.region, minlength=N_REGIONS) / people.n
    general = np.array([weight for _, weight, _ in REGIONS])
    return np.asarray(0.75 * own + 0.25 * general / general.sum(), dtype=np.float64)


def _places(rng: np.random.Generator, people: People, wanted: int) -> tuple[Ints, Ints]:
    """Kind and region of every merchant, sorted by both: at least one shop of every local kind in every region."""
    shares = np.array([kind.share for kind in KINDS])
    counts = np.maximum(1, np.round(wanted * shares / shares.sum()).astype(np.int64))
    weights = _region_weights(people)
    kinds, regions = [], []
    for k, kind in enumerate(KINDS):
        if kind.local:
            extra = rng.choice(N_REGIONS, int(counts[k]), p=weights / weights.sum())
            place = np.concatenate([np.arange(N_REGIONS), extra])
        else:
            place = np.zeros(max(4, int(counts[k])), dtype=np.int64)
        kinds.append(np.full(len(place), k))
        regions.append(np.sort(place))
    per_place = 4 if people.n < 200 else 14
    for k in range(len(FOREIGN_KINDS)):
        place = np.repeat(np.arange(len(FOREIGN_PLACES)) + N_REGIONS, per_place)
        kinds.append(np.full(len(place), len(KINDS) + k))
        regions.append(place)
    return np.concatenate(kinds), np.concatenate(regions)


def _pools(kind: Ints, region: Ints) -> tuple[Ints, Ints]:
    shape = (len(ALL_KINDS), N_REGIONS + len(FOREIGN_PLACES))
    flat = kind * shape[1] + region
    cells = np.arange(shape[0] * shape[1])
    start = np.searchsorted(flat, cells, side="left")
    size = np.searchsorted(flat, cells, side="right") - start
    return start.reshape(shape), size.reshape(shape)


def _names(rng: np.random.Generator, kind: Ints) -> list[str]:
    head, second = rng.integers(0, len(SHOP_HEADS), len(kind)), rng.integers(0, len(SHOP_HEADS), len(kind))
    noun, tail = rng.integers(0, 1 << 30, len(kind)), rng.integers(0, 1 << 30, len(kind))
    style = rng.random(len(kind))
    names = []
    for i, k in enumerate(kind):
        what = ALL_KINDS[k]
        word = what.nouns[noun[i] % len(what.nouns)]
        if k >= len(KINDS):
            names.append(f"{LATIN_HEADS[head[i] % len(LATIN_HEADS)]} {word}")
            continue
        first = SHOP_HEADS[head[i]] + (SHOP_HEADS[second[i]] if style[i] < 0.25 else "")
        if what.firm:
            names.append(f"{first}{word}{FIRM_TAILS[tail[i] % len(FIRM_TAILS)]}")
        else:
            branch = f" {BRANCH_TAILS[tail[i] % len(BRANCH_TAILS)]}" if style[i] > 0.7 else ""
            names.append(f"{first}{word}{branch}")
    return names


def build_merchants(options: CompanyOptions, people: People) -> Merchants:
    """Draw all ordinary merchants (about 2.2 per employee, and some of every kind in every region)."""
    rng = options.rng("merchants")
    kind, region = _places(rng, people, round(people.n * PER_EMPLOYEE))
    n = len(kind)
    opened = -rng.integers(200, 365 * 20, n)
    young = rng.random(n) < 0.06
    opened[young] = rng.integers(-90, options.n_days, int(young.sum()))
    mix = np.array([what.tax_mix for what in ALL_KINDS])[kind].cumsum(axis=1)
    tax = (rng.random(n)[:, None] > mix[:, :2]).sum(axis=1)
    start, size = _pools(kind, region)
    return Merchants(
        kind,
        region,
        _names(rng, kind),
        business_numbers(rng, n),
        person_names(rng, n),
        rng.lognormal(0, 0.22, n),
        opened,
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        tax,
        start,
        size,
        n,
    )


def settle_registry(
    merchants: Merchants, rng: np.random.Generator, use: tuple[Ints, Ints], days: Days
) -> None:
    """Make the registry agree with the use: opened before the first sale; some shops without recent sales closed.

    `use` is (merchant, day) per claim.
    """
    first = np.full(merchants.n, days.n)
    last = np.full(merchants.n, -1)
    np.minimum.at(first, use[0], use[1])
    np.maximum.at(last, use[0], use[1])
    merchants.opened = np.minimum(merchants.opened, first - rng.integers(0, 20, merchants.n))
    quiet = (last >= 0) & (last < days.n - 60) & (np.arange(merchants.n) < merchants.n_ordinary)
    ended = quiet & (rng.random(merchants.n) < 0.15)
    merchants.status[ended] = np.where(rng.random(int(ended.sum())) < 0.8, CLOSED, SUSPENDED)
    merchants.status_day[ended] = last[ended] + rng.integers(5, 50, int(ended.sum()))


def region_name(region: int) -> str:
    """Name of a domestic region or of a place abroad."""
    return REGIONS[region][0] if region < N_REGIONS else FOREIGN_PLACES[region - N_REGIONS][2]


def merchant_frame(merchants: Merchants, days: Days) -> pl.DataFrame:
    """One row per merchant, in index order; places abroad have no registration number."""
    kinds = [ALL_KINDS[k] for k in merchants.kind]
    abroad = merchants.region >= N_REGIONS
    base = np.datetime64(days.first, "D")
    return pl.DataFrame(
        {
            "merchant_name": merchants.names,
            "brn": [None if far else brn for far, brn in zip(abroad, merchants.brn, strict=True)],
            "mcc": [kind.mcc for kind in kinds],
            "biz_type": [None if far else kind.biz_type for far, kind in zip(abroad, kinds, strict=True)],
            "biz_item": [None if far else kind.biz_item for far, kind in zip(abroad, kinds, strict=True)],
            "ceo_name": [None if far else ceo for far, ceo in zip(abroad, merchants.ceo, strict=True)],
            "region": [region_name(int(r)) for r in merchants.region],
            "country": [
                FOREIGN_PLACES[r - N_REGIONS][0] if r >= N_REGIONS else "KR" for r in merchants.region
            ],
            "tax_type": [None if far else TAX_TYPES[t] for far, t in zip(abroad, merchants.tax, strict=True)],
            "merchant_opened_on": pl.Series(base + merchants.opened).cast(pl.Date),
            "merchant_status": [STATUS_NAMES[s] for s in merchants.status],
            "merchant_status_on": pl.Series(
                np.where(merchants.status > 0, base + merchants.status_day, np.datetime64("NaT"))
            ).cast(pl.Date),
        }
    )
