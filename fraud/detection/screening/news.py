"""Claims judged before that have to be judged again: something entered or left their windows, or their day, since.

Two claims are connected when they share the keys of a window (`Link`). The cost follows what became known: only the stretches
of time that some piece of news reaches are read, and one join a link finds the claims in them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from django.conf import settings

from fraud.claims.bulk import in_list, read_frame
from fraud.claims.personnel import personnel_news
from fraud.claims.reading import db_time, known_claims, read_many_claims
from fraud.claims.segment_files import IDENTITY
from fraud.company.values import current_calendar
from fraud.detection.features.claim import claim_features
from fraud.detection.features.columns import REQUIRED, sources_of, take_columns
from fraud.detection.features.moments import moment_features
from fraud.detection.models import ScreeningRun
from fraud.detection.screening.context import windows_read_behaviour
from fraud.detection.screening.reads import all_but
from fraud.detection.screening.rulebook import rules_of
from fraud.detection.screening.settled import last_whole_run
from fraud.detection.screening.windows import Link, links_of, receipt_links
from rules.fields import FIELDS
from rules.language.normal import normalise

_AT = "transacted_at"
#: Calendar periods of windows as polars cuts dates; weeks begin on Mondays.
_EVERY = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}
#: Claims that are read one by one sooner than a stretch of time.
_FEW = 20_000
_TICK, _FOR_EVER = timedelta(microseconds=1), datetime(9000, 1, 1, tzinfo=UTC)
#: Claims of which another version, or other linked money, became known in a stretch of time.
_CHANGED = (
    "SELECT claim_id FROM fraud_claimversion WHERE superseded_at > %s AND superseded_at <= %s UNION "
    "SELECT claim_id FROM fraud_claimchange WHERE at > %s AND at <= %s"
)
#: Claims of which the version that is known at the end of it became known in a stretch of time.
_RECEIVED = (
    "SELECT id FROM fraud_claim WHERE received_at > %s AND received_at <= %s UNION "
    "SELECT claim_id FROM fraud_claimversion WHERE received_at > %s AND received_at <= %s AND superseded_at > %s"
)
#: Claims of which a receipt said something, or no longer, in a stretch of time.
_RECEIPTS = (
    "SELECT claim_id FROM fraud_receipt WHERE (received_at > %s AND received_at <= %s) "
    "OR (superseded_at > %s AND superseded_at <= %s)"
)
#: Claims that an earlier run judged in the version that is known now.
_JUDGED = """
    SELECT c.id AS claim_id, c.version AS claim_version, c.cardholder_id, c.transacted_at FROM {claims}
    WHERE {where} AND NOT c.is_history AND EXISTS (
        SELECT 1 FROM fraud_score s WHERE s.claim_id = c.id AND s.claim_version = c.version AND s.run_id < %s)
"""
_JUDGED_SCHEMA: dict[str, Any] = {
    "claim_id": pl.Int64,
    "claim_version": pl.Int64,
    "cardholder_id": pl.Int64,
    "transacted_at": pl.Datetime("us", "UTC"),
}


def judged_again(run: ScreeningRun) -> pl.DataFrame:
    """`claim_id, claim_version, cardholder_id, transacted_at` of claims scored before into whose windows something came."""
    looked = _cut_offs_since_whole_run(run)
    if not looked:
        return pl.DataFrame(schema=_JUDGED_SCHEMA)
    rules = rules_of(run)
    days = pl.concat([_of_days(run, since=looked[0]), _of_receipts(run, since=looked[0])]).unique("claim_id")
    links = links_of(rules.specs, rules.context.parameters)
    news = _news(run, looked, links)
    if news.is_empty():
        return days
    found = _of_windows(run, news, links)
    return pl.concat([found, days.join(found, on="claim_id", how="anti")])


def _of_receipts(run: ScreeningRun, *, since: datetime) -> pl.DataFrame:
    """Judged claims whose receipts say something else than then, and those whose rules' windows look at such receipts."""
    stretch = [db_time(since), db_time(run.cut_off_at)] * 2
    claims, known = known_claims(run.cut_off_at)
    sql = _JUDGED.format(claims=claims, where=f"c.id IN ({_RECEIPTS})")
    own = read_frame(sql, [*known, *stretch, run.pk], schema=_JUDGED_SCHEMA)
    rules = rules_of(run)
    links = receipt_links(rules.specs, rules.context.parameters)
    if own.is_empty() or not links:
        return own
    told = read_many_claims(run.cut_off_at, f"c.id IN ({_RECEIPTS})", stretch, without=_unread(links))
    return pl.concat([own, _of_windows(run, _keyed(told, links), links)])


def _of_windows(run: ScreeningRun, news: pl.DataFrame, links: Sequence[Link]) -> pl.DataFrame:
    """Judged claims into whose windows a piece of news came."""
    stretches = _stretches(news[_AT].unique().sort().to_list(), links)
    ends = [db_time(stretches[0][0]), db_time(stretches[-1][1])]
    claims, known = known_claims(run.cut_off_at)
    sql = _JUDGED.format(claims=claims, where="c.transacted_at >= %s AND c.transacted_at <= %s")
    judged = read_frame(sql, [*known, *ends, run.pk], schema=_JUDGED_SCHEMA)
    if judged.is_empty():
        return judged
    is_chained = windows_read_behaviour(rules_of(run).specs)
    near = _near(run.cut_off_at, stretches, links, None if is_chained else judged["claim_id"])
    found = _reached(near, news, links)
    if is_chained:  # what changed in a claim's behaviour is news to the windows that read it
        again = near.filter(pl.col("claim_id").is_in(found["claim_id"].implode()))
        found = pl.concat([found, _reached(near, again, links)]).unique()
    return judged.join(found, on="claim_id", how="semi", maintain_order="left")


def _of_days(run: ScreeningRun, *, since: datetime) -> pl.DataFrame:
    """Judged claims of people of whose days a personnel feed says something else than it did then: leave, trips, overtime."""
    said = personnel_news(since=since, until=run.cut_off_at)
    if said.is_empty():
        return pl.DataFrame(schema=_JUDGED_SCHEMA)
    claims, known = known_claims(run.cut_off_at)
    whose, params = in_list(said["cardholder_id"].unique().to_list())
    sql = _JUDGED.format(claims=claims, where=f"c.cardholder_id {whose}")
    judged = read_frame(sql, [*known, *params, run.pk], schema=_JUDGED_SCHEMA)
    on = pl.col(_AT).dt.convert_time_zone(settings.TIME_ZONE).dt.date()
    # the night after the last day is still that day's
    during = on.is_between("starts_on", pl.col("ends_on").dt.offset_by("1d"))
    found = judged.join(said, on="cardholder_id").filter(during)
    return judged.join(found, on="claim_id", how="semi")


def _cut_offs_since_whole_run(run: ScreeningRun) -> list[datetime]:
    """Cut-offs of the last run that scored everything and of those after it, oldest first: what the scores rest on."""
    last = last_whole_run(run)
    if last is None:
        return []
    earlier = ScreeningRun.objects.filter(pk__lt=run.pk, cut_off_at__lt=run.cut_off_at)
    later = earlier.filter(cut_off_at__gte=last.cut_off_at).order_by("cut_off_at")
    return list(later.values_list("cut_off_at", flat=True).distinct())


def _news(run: ScreeningRun, looked: list[datetime], links: Sequence[Link]) -> pl.DataFrame:
    """What became known since, under the names rules know: as it is known now, and as the runs since then saw it."""
    since, until = db_time(looked[0]), db_time(run.cut_off_at)
    stretch, without = [since, until, since, until], _unread(links)
    new = f"c.id IN ({_RECEIVED} UNION {_CHANGED})"
    now = read_many_claims(run.cut_off_at, new, [*stretch, until, *stretch], without=without)
    changed = f"c.id IN ({_CHANGED})"
    seen = [read_many_claims(moment, changed, stretch, without=without) for moment in looked]
    return pl.concat(
        [_keyed(frame, links) for frame in (now, *seen) if frame.height] or [pl.DataFrame()],
        how="vertical_relaxed",
    )


def _unread(links: Sequence[Link]) -> Collection[str]:
    """Columns of claims that no link compares."""
    sources = sources_of(_compared(links) - {"category"})
    return IDENTITY if sources is None else all_but(sources | {*REQUIRED, "has_time", "mcc", "biz_type"})


def _compared(links: Sequence[Link]) -> frozenset[str]:
    return frozenset(name for link in links for name in link.columns)


def _keyed(claims: pl.DataFrame, links: Sequence[Link]) -> pl.DataFrame:
    """Claims, times and what links compare, under the names rules know: the category as features take it, texts as rules compare them."""
    zone = settings.TIME_ZONE
    frame = take_columns(claims, zone)
    frame = frame.with_columns(category=pl.coalesce("merchant.mcc", "merchant.biz_type"))
    compared = _compared(links)
    if compared - set(frame.columns):
        frame = frame.hstack(moment_features(frame, current_calendar(), zone))
    if compared - set(frame.columns):
        frame = frame.hstack(claim_features(frame, zone))
    frame = frame.select(name for name in frame.columns if name in {"claim_id", _AT, *compared})
    day = pl.col(_AT).dt.convert_time_zone(zone).dt.date()
    frame = frame.with_columns(
        day.dt.truncate(_EVERY[period]).alias(_column_of(period))
        for period in {each.period for each in links} - {""}
    )
    texts = [name for name in frame.columns if name in FIELDS and FIELDS[name].type in {"text", "code"}]
    return frame.with_columns(
        pl.col(name).replace_strict(
            {t: normalise(t) for t in frame[name].unique().drop_nulls()}, default=None
        )
        for name in texts
        if frame.schema[name] == pl.String and frame[name].null_count() < frame.height
    )


def _column_of(period: str) -> str:
    """The column that holds the first day of a claim's calendar period on the company's clock."""
    return f"first day of the {period}"


def _stretches(moments: list[datetime], links: Iterable[Link]) -> list[tuple[datetime, datetime]]:
    """The times that some news reaches, both ends included: stretches that touch are one."""
    ends = [link.after for link in links]
    before = max(link.before for link in links)
    if any(end is None for end in ends):
        return [(moments[0] - before, _FOR_EVER)]
    after = max(end for end in ends if end is not None)
    spans: list[tuple[datetime, datetime]] = []
    for moment in moments:
        first, last = moment - before, moment + after
        if spans and first <= spans[-1][1]:
            spans[-1] = spans[-1][0], last
        else:
            spans.append((first, last))
    return spans


def _near(
    known_by: datetime,
    stretches: list[tuple[datetime, datetime]],
    links: Sequence[Link],
    asked: pl.Series | None,
) -> pl.DataFrame:
    """The claims of these stretches of time, all or those asked for, by what links compare."""
    first, last = stretches[0][0], stretches[-1][1]
    if asked is not None and len(asked) <= _FEW:
        found = read_many_claims(known_by, of=asked, without=_unread(links))
    else:
        found = read_many_claims(known_by, since=first, until=last + _TICK, without=_unread(links))
        found = found if asked is None else found.filter(pl.col("claim_id").is_in(asked.implode()))
    inside = [pl.col(_AT).is_between(start, end) for start, end in stretches]
    return _keyed(found.filter(pl.any_horizontal(inside)), links)


def _reached(near: pl.DataFrame, news: pl.DataFrame, links: Iterable[Link]) -> pl.DataFrame:
    """`claim_id` of claims that some news reaches by a link."""
    found = [pl.DataFrame(schema={"claim_id": pl.Int64})]
    for link in links:
        # a behaviour is no key of its own here: without it the link reaches more, never less
        keys = sorted(link.columns & set(near.columns))
        keys += [_column_of(link.period)] if link.period else []
        found.append(_joined(near, news, keys, "backward", link.after))
        if link.before:
            found.append(_joined(near, news, keys, "forward", link.before))
    return pl.concat(found).unique()


def _joined(
    near: pl.DataFrame, news: pl.DataFrame, keys: list[str], strategy: Any, reach: timedelta | None
) -> pl.DataFrame:
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in (_AT, *keys))
    left = near.filter(known).select("claim_id", _AT, *keys).sort(_AT)
    right = news.filter(known).select(_AT, *keys).unique().with_columns(met=pl.col(_AT)).sort(_AT)
    joined = left.join_asof(
        right, on=_AT, by=keys or None, strategy=strategy, tolerance=reach, check_sortedness=False
    )
    return joined.filter(pl.col("met").is_not_null()).select("claim_id")
