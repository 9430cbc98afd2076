"""Which half of a day somebody was on leave: told by a column of its own or by the kind of leave, and never guessed."""

from __future__ import annotations

import polars as pl

from fraud.claims.importing.parsing.problem_rows import ProblemRows

#: Ways to write half a day of leave, or the whole of it; whatever else stands there is refused.
HALVES = {
    "am": "am",
    "a": "am",
    "오전": "am",
    "오전반차": "am",
    "반차오전": "am",
    "pm": "pm",
    "p": "pm",
    "오후": "pm",
    "오후반차": "pm",
    "반차오후": "pm",
    "종일": "",
    "전일": "",
    "하루": "",
    "full": "",
    "fullday": "",
    "wholeday": "",
}
_BETWEEN = r"[\s.()\[\]_/-]"
_HALF = r"반차|반일|half"
#: Kinds of leave that last hours only: as whole days they would accuse people.
_HOURS = r"반반차|시간차|시간연차|시간휴가|외출|조퇴|지각|quarter|hourly"
_AM, _PM = r"오전|\bam\b|morning", r"오후|\bpm\b|afternoon"


def parse_halves(raw: pl.Series, header: str, problems: ProblemRows) -> pl.Series:
    """`am`, `pm`, or empty for whole days; a word that is none of them is a problem of its row, never a half."""
    text = raw.str.strip_chars().str.to_lowercase().str.replace_all(_BETWEEN, "").fill_null("")
    half = text.replace_strict(HALVES, default=None, return_dtype=pl.String)
    problems.add(half.is_null() & (text != ""), header, "half_not_valid")
    return half.fill_null("")


def with_halves_of_kinds(half: pl.Series, kind: pl.Series, header: str, problems: ProblemRows) -> pl.Series:
    """The halves, where no column tells them, by kinds such as `오전반차`.

    A kind that says half a day without saying which, one that contradicts the column, and one that lasts hours are problems.
    """
    text = kind.str.to_lowercase().fill_null("")
    problems.add(text.str.contains(_HOURS), header, "leave_of_hours")
    is_half = text.str.contains(_HALF)
    am, pm = text.str.contains(_AM), text.str.contains(_PM)
    told = pl.select(
        pl.when(is_half & am & ~pm)
        .then(pl.lit("am"))
        .when(is_half & pm & ~am)
        .then(pl.lit("pm"))
        .otherwise(pl.lit(""))
    ).to_series()
    problems.add(is_half & (told == "") & (half == ""), header, "half_not_valid")
    problems.add((told != "") & (half != "") & (told != half), header, "half_not_valid")
    return pl.select(pl.when(half == "").then(told).otherwise(half)).to_series()
