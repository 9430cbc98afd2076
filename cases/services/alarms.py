"""Alarms that need the cases: level of the probabilities, rules and novelty by their outcomes; and the mail to the model owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from django.conf import settings
from django.core.cache import cache
from django.utils import translation

from audit.language import spoken
from audit.permissions import Role
from audit.transactions import one_transaction
from cases.models import Alert
from cases.services.company import company_today
from cases.services.outbox import enqueue_text
from fraud.claims.bulk import in_list, read_frame
from fraud.claims.identity import holders_of
from fraud.claims.labels import newest_labels, told_labels
from fraud.claims.models import Label
from fraud.detection.intervals import clopper_pearson, wilson
from fraud.detection.models import ScreeningRun
from fraud.learning.alarms import Alarm, damaged_champion, find_alarms
from fraud.learning.evaluation.intervals import counted_by_lot
from fraud.workbench.rule_beliefs import beliefs_by_version

WEEKS = 13
#: The sum of probabilities may miss the truth by so much before it is an alarm.
TOO_LOW, TOO_HIGH = 0.8, 1.25
#: Alerts of the novelty channel that are decided before it is judged, and the precision it is asked for.
NOVEL_ENOUGH, NOVEL_LEAST = 30, 0.05
#: A rule's last weeks beside what it was before, where both have enough outcomes. Intervals of 98 %: forty rules are looked at every
#: week, and those of 95 % part by chance three times a year.
RULE_WEEKS, RULE_RECENT, RULE_EARLIER, RULE_Z = 8, 10, 20, 2.326
_CACHED_SECONDS = 600
_FIRST_SCORES = """
    SELECT claim_id, hybrid_probability AS p FROM (
        SELECT claim_id, hybrid_probability, row_number() OVER (PARTITION BY claim_id ORDER BY run_id) AS place
        FROM fraud_score WHERE is_calibrated AND run_id {runs}) first
    WHERE place = 1
"""
#: Outcomes of history that no night looked at say nothing here.
_OF_NIGHTS = """ AND (EXISTS (SELECT 1 FROM fraud_score s WHERE s.claim_id = l.claim_id)
    OR EXISTS (SELECT 1 FROM fraud_rulehit h WHERE h.claim_id = l.claim_id)
    OR EXISTS (SELECT 1 FROM cases_alert t WHERE t.claim_id = l.claim_id))"""
_HITS = """
    SELECT h.claim_id, r.code, r.id AS rule_id, min(n.cut_off_at) AS at
    FROM fraud_rulehit h JOIN fraud_screeningrun n ON n.id = h.run_id
    JOIN rules_ruleversion v ON v.id = h.rule_version_id JOIN rules_rule r ON r.id = v.rule_id
    WHERE NOT h.is_shadow AND h.claim_id IN (SELECT claim_id FROM fraud_label)
    GROUP BY h.claim_id, r.code, r.id
"""


@dataclass(frozen=True, slots=True)
class Level:
    """Sum of probabilities, and misuse by outcomes with its 95 % interval; `high` None without a decided control sample."""

    expected: float
    found: float
    low: float
    high: float | None


def case_alarms(now: datetime) -> list[Alarm]:
    """The alarms of this room; kept for ten minutes as long as neither a night nor an outcome is new."""
    run = (
        ScreeningRun.objects.filter(state=ScreeningRun.State.FINISHED)
        .order_by("-business_date", "-pk")
        .first()
    )
    if run is None:
        return []
    label = Label.objects.order_by("-pk").values_list("pk", "created_at").first()
    key = f"cases:alarms:{run.pk}:{run.finished_at}:{label}:{now:%Y-%m-%d}".replace(" ", "T")
    found: list[Alarm] | None = cache.get(key)
    if found is None:
        known = newest_labels(told_labels(now, _OF_NIGHTS)).select(
            "claim_id", "is_misuse", "source", "selection_probability"
        )
        found = [*_calibration(now, known), *_rules(now, known), *_novelty(now, known)]
        cache.set(key, found, _CACHED_SECONDS)
    return found


def level_of_probabilities(now: datetime, known: pl.DataFrame) -> Level | None:
    """Probabilities of the last weeks' claims, each as its first night gave it, against outcomes; None before there are any.

    What an alert opened counts by itself, and not at all while it is undecided. The rest is estimated from the decided control sample,
    each check standing for one over its chance, scaled to all of the rest; the interval is that of Fay and Feuer.
    """
    since = now - timedelta(weeks=WEEKS)
    runs = ScreeningRun.objects.filter(state=ScreeningRun.State.FINISHED, cut_off_at__range=(since, now))
    condition, params = in_list(list(runs.values_list("pk", flat=True)))
    sql = _FIRST_SCORES.format(runs=condition)
    scores = read_frame(sql, params, schema={"claim_id": pl.Int64, "p": pl.Float64})
    lot = Alert.Channel.CONTROL_SAMPLE
    alerts = Alert.objects.filter(run__in=runs).exclude(channel=lot).values_list("claim_id", flat=True)
    scores = scores.with_columns(pl.col("claim_id").is_in(list(alerts.distinct())).alias("is_open"))
    scores = scores.join(known, on="claim_id", how="left", maintain_order="left")
    opened = scores.filter("is_open", pl.col("is_misuse").is_not_null())
    rest = scores.filter(~pl.col("is_open"))
    checks = rest.filter(pl.col("source") == Label.Source.CONTROL_SAMPLE.value)
    if opened.is_empty() and checks.is_empty():
        return None
    weights = 1 / checks["selection_probability"]
    weights = weights * (rest.height / float(weights.sum() or 1))
    finds = [1.0] * int(opened["is_misuse"].sum()) + weights.filter(checks["is_misuse"]).to_list()
    found, bounds = counted_by_lot(finds, max([*weights.to_list(), 1.0]))
    expected = float(opened["p"].sum()) + float(rest["p"].sum())
    return Level(expected, found, bounds.low, None if checks.is_empty() else bounds.high)


def _calibration(now: datetime, known: pl.DataFrame) -> list[Alarm]:
    level = level_of_probabilities(now, known)
    if level is None:
        return []
    is_low = level.expected < TOO_LOW * level.low
    is_high = level.high is not None and level.expected > TOO_HIGH * level.high
    if not (is_low or is_high):
        return []
    figures = {
        "is_low": is_low,
        "expected": level.expected,
        "low": level.low,
        "high": level.high,
        "weeks": WEEKS,
    }
    return [Alarm("calibration", figures)]


def _rules(now: datetime, known: pl.DataFrame) -> list[Alarm]:
    found = [
        Alarm(
            "rule_useless",
            {"code": belief.evidence.code, "upper": belief.evidence.upper},
            f"/rules/{belief.evidence.code}/",
        )
        for belief in beliefs_by_version().values()
        if belief.is_useless
    ]
    schema = {"claim_id": pl.Int64, "code": pl.String, "rule_id": pl.Int64, "at": pl.Datetime("us", "UTC")}
    reviewed = [Label.Source.REVIEW.value, Label.Source.APPEAL.value, Label.Source.CONTROL_SAMPLE.value]
    judged = read_frame(_HITS, schema=schema).join(
        known.filter(pl.col("source").is_in(reviewed)), on="claim_id"
    )
    recent = pl.col("at") > now - timedelta(weeks=RULE_WEEKS)
    counts = judged.group_by("code").agg(
        recent.sum().alias("n"),
        (recent & pl.col("is_misuse")).sum().alias("confirmed"),
        (~recent).sum().alias("n_earlier"),
        (~recent & pl.col("is_misuse")).sum().alias("confirmed_earlier"),
    )
    for row in counts.sort("code").iter_rows(named=True):
        if has_fallen(row["confirmed"], row["n"], row["confirmed_earlier"], row["n_earlier"]):
            earlier = row["confirmed_earlier"] / row["n_earlier"]
            figures = {"code": row["code"], "n": row["n"], "confirmed": row["confirmed"], "weeks": RULE_WEEKS}
            found.append(Alarm("rule_fallen", {**figures, "earlier": earlier}, f"/rules/{row['code']}/"))
    return found


def has_fallen(confirmed: int, n: int, confirmed_earlier: int, n_earlier: int) -> bool:
    """Whether a rule's outcomes of the last weeks lie so far under those of before that chance hardly explains it."""
    if n < RULE_RECENT or n_earlier < RULE_EARLIER:
        return False
    return wilson(confirmed, n, RULE_Z).high < wilson(confirmed_earlier, n_earlier, RULE_Z).low


def _novelty(now: datetime, known: pl.DataFrame) -> list[Alarm]:
    since = now - timedelta(weeks=WEEKS)
    alerts = Alert.objects.filter(channel=Alert.Channel.NOVELTY, run__cut_off_at__range=(since, now))
    decided = known.filter(
        pl.col("claim_id").is_in(list(alerts.values_list("claim_id", flat=True).distinct()))
    )
    if decided.height < NOVEL_ENOUGH:
        return []
    confirmed = int(decided["is_misuse"].sum())
    upper = clopper_pearson(confirmed, decided.height).high
    if upper >= NOVEL_LEAST:
        return []
    return [Alarm("novelty", {"n": decided.height, "confirmed": confirmed, "upper": upper})]


@one_transaction()
def tell_alarms(now: datetime) -> int:
    """Mail every model owner with an address what holds, in one mail a calendar week; returns how many mails are new."""
    found = find_alarms(now)
    if not found:
        return 0
    year, week, _day = now.isocalendar()
    return _mail_owners(found, "detection.alarms", f"{year}-{week:02}")


@one_transaction()
def tell_of_damage(now: datetime) -> int:
    """Mail every model owner at once that the model in service is damaged, and every day it stays so; returns how many mails are new."""
    found = damaged_champion()
    if not found:
        return 0
    return _mail_owners(found, "model.damaged", f"{found[0].figures['reference']}:{company_today(now)}")


def _mail_owners(found: list[Alarm], mail: str, key: str) -> int:
    site = getattr(settings, "SITE_URL", "").rstrip("/")
    owners = holders_of(Role.MODEL_OWNER).exclude(email="")
    n_mails = 0
    for owner in owners.order_by("pk"):
        with translation.override(spoken(owner.language)):
            said = "\n".join(f"- {': '.join(alarm.words)}" for alarm in found)
        n_mails += enqueue_text(
            key=f"{mail}:{key}:{owner.pk}",
            to=owner.email,
            mail=mail,
            language=owner.language,
            alarms=said,
            detection_link=f"{site}/detection/",
        )
    return n_mails
