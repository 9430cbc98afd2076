"""The tables of the overview as a file, with a reason, on record."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.actor import Actor
from cases.pages.backlog import AGES, age_words
from cases.pages.figures import Figures
from cases.pages.overview import Sections
from cases.pages.repeats import RepeatGroup
from cases.papers.tables import File, export_tables, section_table
from cases.services.amount_words import AMOUNTS, Amount
from cases.services.choice_words import disposition_word
from fraud.web.tables import Column, Table
from rules.money import to_decimal


def export_overview(*, figures: Figures, sections: Sections, form: str, reason: str, by: Actor) -> File:
    """Everything the overview counts as `csv` or `xlsx`. Raises NotPermitted."""
    tables = [*overview_tables(figures), *section_tables(sections)]
    about = [(pgettext("overview", "Period"), f"{sections.since} – {sections.until}")]
    return export_tables(tables, form=form, stem="reports", at=figures.at, about=about, reason=reason, by=by)


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
                Column("outstanding", str(AMOUNTS[Amount.OUTSTANDING])),
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


def section_tables(sections: Sections) -> list[Table]:
    """The period beside the one before, precision, weeks, what is open, and repetitions; the values in full."""
    now = f"{sections.since}..{sections.until}"
    before = f"{sections.before_since}..{sections.before_until}"
    compared = [
        section_table(one, now, before) for one in (sections.compared, sections.sources, sections.rules)
    ]
    return [*compared, _weeks(sections), _backlog(sections), *(_repeats(group) for group in sections.repeats)]


def _weeks(sections: Sections) -> Table:
    columns = [
        Column("week", pgettext("reports", "Week of")),
        Column("n_misuse", pgettext("overview", "Misuse")),
        Column("n_judged", pgettext("overview", "Decided for or against")),
        Column("n_on_time", pgettext("overview", "Answered on time")),
        Column("n_asked", pgettext("reports", "Requests that are over")),
        Column("median_days", _("Days to a decision")),
    ]
    rows = [
        {"week": week.monday.isoformat(), **{one.key: getattr(week, one.key) for one in columns[1:]}}
        for week in sections.weeks
    ]
    return Table("by_week", columns, rows, caption=pgettext("overview", "Week by week"))


def _backlog(sections: Sections) -> Table:
    ages = {f"open_{least}": age_words(least, most) for least, most in AGES}
    columns = [
        Column("state", pgettext("overview", "State")),
        Column("open", pgettext("assurance", "Open cases")),
        *(Column(key, words) for key, words in ages.items()),
        Column("median_days", pgettext("overview", "Days in this state (median)")),
        Column("most_days", pgettext("overview", "Longest")),
    ]
    rows = [
        {
            "state": row.words,
            "open": row.all.n_listed,
            **{line.code: line.n_listed for line in row.ages},
            "median_days": row.median_days,
            "most_days": row.most_days,
        }
        for row in sections.backlog
    ]
    return Table("backlog", columns, rows, caption=pgettext("overview", "What is open"))


def _repeats(group: RepeatGroup) -> Table:
    currencies = sorted({one.currency for row in group.rows for one in row.amounts})
    word = pgettext("assurance", "Confirmed")
    columns = [
        Column("name", group.words),
        Column("code", pgettext("overview", "Number")),
        Column("n_misuse", pgettext("overview", "Misuse")),
        Column("n_judged", pgettext("overview", "Decided for or against")),
        *(Column(f"confirmed_{code}", f"{word} {code}") for code in currencies),
        Column("pattern", pgettext("overview", "Most often")),
        Column("n_pattern", pgettext("overview", "Cases of it")),
    ]
    rows = [
        {
            "name": row.line.words,
            "code": row.line.code,
            "n_misuse": row.line.value.n,
            "n_judged": row.line.value.of,
            **{one.code: one.plain(one.value.value) for one in row.amounts},
            "pattern": row.pattern,
            "n_pattern": row.n_pattern,
        }
        for row in group.rows
    ]
    caption = pgettext("overview", "Misuse more than once: %(who)s") % {"who": group.words}
    return Table(f"repeats_{group.code}", columns, rows, caption=caption)


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
