"""The tables of the overview as a file, with a reason, on record."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.actor import Actor
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.pages.figures import Figures
from cases.papers.tables import File, write_tables
from cases.services.choice_words import disposition_word
from fraud.web.tables import Column, Table
from rules.money import to_decimal

ACTION = "cases.export_cases"


def export_overview(*, figures: Figures, form: str, reason: str, by: Actor) -> File:
    """Everything the overview counts as `csv` or `xlsx`. Raises NotPermitted."""
    require(by, ACTION)
    made = write_tables(overview_tables(figures), form, f"reports-{figures.at:%Y%m%d}")
    with one_transaction():
        record(action="figures.exported", by=by, subject=CONFIG, reason=reason, after={"kind": form})
    return made


def overview_tables(figures: Figures) -> list[Table]:
    """Figures, money, outcomes, weeks and runs; the values in full."""
    figure = [
        Column("figure", pgettext("assurance", "Figure")),
        Column("value", pgettext("assurance", "value")),
    ]
    return [
        Table("figures", figure, _figures(figures), caption=_("Overview")),
        Table(
            "money",
            [
                Column("currency", pgettext("reports", "Currency")),
                Column("confirmed", pgettext("assurance", "Confirmed")),
                Column("prevented", pgettext("assurance", "Prevented")),
                Column("recovered", pgettext("assurance", "Recovered")),
                Column("came_in", pgettext("reports", "Came in")),
                Column("written_off", pgettext("assurance", "Written off")),
                Column("outstanding", pgettext("reports", "Still open")),
            ],
            _money(figures),
            caption=pgettext("assurance", "Money"),
        ),
        Table(
            "outcomes",
            [Column("outcome", pgettext("reports", "Outcome")), Column("n", pgettext("reports", "Cases"))],
            [
                {"outcome": disposition_word(code), "n": n}
                for code, n in sorted(figures.outcomes.items(), key=lambda pair: (-pair[1], pair[0]))
            ],
            caption=_("How they ended"),
        ),
        Table(
            "weeks",
            [Column("week", pgettext("reports", "Week of")), Column("n", pgettext("reports", "Cases"))],
            [{"week": week.isoformat(), "n": n} for week, n in figures.weeks],
            caption=_("Cases opened per week"),
        ),
        Table(
            "runs",
            [
                Column("reference", pgettext("reports", "Run")),
                Column("n_claims", pgettext("reports", "Claims")),
                Column("n_alerts", pgettext("reports", "Alerts")),
                Column("n_cases", pgettext("reports", "Cases")),
                Column("n_held_back", _("Held back by capacity")),
            ],
            figures.runs,
            caption=pgettext("reports", "Last runs"),
        ),
    ]


def _figures(figures: Figures) -> list[dict[str, object]]:
    told = {
        _("Open cases"): figures.n_open,
        pgettext("reports", "Late cases"): figures.n_late,
        pgettext("assurance", "Cases decided"): figures.n_decided,
        _("Misuse among decided cases"): figures.precision,
        pgettext("assurance", "Decided by two people"): figures.n_four_eyes,
        pgettext("assurance", "Decided against the score"): figures.n_against,
        _("Answers on time"): figures.on_time,
        pgettext("reports", "Requests that are over"): figures.n_asked,
        _("Days to a decision"): figures.median_days,
        pgettext("reports", "Random checks decided"): figures.n_sampled,
        _("Misses found by random checks"): figures.n_missed,
        pgettext("reports", "Appeals decided"): figures.n_appeals,
        _("Appeals that reversed us"): figures.n_reversed,
        _("Alerts per 1,000 claims"): figures.alerts_per_thousand,
    }
    return [{"figure": words, "value": value} for words, value in told.items()]


def _money(figures: Figures) -> list[dict[str, object]]:
    names = ("confirmed", "prevented", "recovered", "came_in", "written_off", "outstanding")
    return [
        {
            "currency": one.currency,
            **{name: to_decimal(getattr(one, f"{name}_minor"), one.currency) for name in names},
        }
        for one in figures.money
    ]
