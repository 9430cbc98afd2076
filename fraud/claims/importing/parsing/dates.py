"""Dates and times: one form a column and file, chosen from the profile's list; local times become UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from fraud.claims.importing.parsing.cells import typed_cells
from fraud.claims.importing.parsing.clocks import parse_clocks
from fraud.claims.importing.parsing.formats import ISO, DateForm, compile_form
from fraud.claims.importing.parsing.problem_rows import ProblemRows
from fraud.claims.importing.parsing.readings import EITHER_WAY, one_reading, read_somehow

_AT = pl.Datetime("us", "UTC")
_LOCAL = pl.Datetime("us")
_OFFSET = r" ?(Z|[+-][0-9]{2}:?[0-9]{2})$"
_MIDNIGHT_AFTER = r"^(.*[ T])24(:00(?::00)?)$|^([0-9]{8} ?)24(0000)$"  # 24:00 is the next day's 00:00
_FIRST_CERTAIN = datetime(1900, 3, 1)  # before it, Excel counts a day that never was


@dataclass
class Moments:
    """Moments in UTC and whether their time of day is known; both null where missing or refused."""

    at: pl.Series
    has_time: pl.Series


@dataclass
class DateParser:
    """Parses the date columns of one file; remembers the form each column turned out to have.

    `workbook`: texts come from a spreadsheet, whose dates always carry a time of 00:00:00.
    """

    forms: tuple[str, ...]
    zone: str
    midnight_is_unknown: bool = True
    workbook: bool = False
    is_1904: bool = False  # the workbook counts its days from 1904
    chosen: dict[str, list[DateForm]] = field(default_factory=dict)
    _unread: dict[str, set[str]] = field(
        default_factory=dict
    )  # texts of a column that no form of the profile takes
    _taken: set[str] = field(default_factory=set)  # columns of which a form takes some text

    def survey(self, raw: pl.Series, header: str) -> None:
        """Look at a part of a column before anything of it is parsed: its values together may leave one reading."""
        if raw.dtype != pl.String:
            return
        text = _plain(raw).unique().drop_nulls()
        if self.workbook:
            text = text.filter(typed_cells(text, is_1904=self.is_1904)[0].is_null())
        taken = _constant(False, text)
        for form in map(compile_form, self.forms):
            taken = taken | text.str.contains(form.pattern)
        if taken.any():
            self._taken.add(header)
        if header not in self._taken:
            self._unread.setdefault(header, set()).update(text.to_list())

    @property
    def is_unclear(self) -> bool:
        """True when a surveyed column has dates whose parts could change places."""
        texts = pl.Series(
            [t for header in self._unread.keys() - self._taken for t in self._unread[header]], dtype=pl.String
        )
        return bool(texts.str.contains(EITHER_WAY).any())

    def settle(self) -> None:
        """Choose the one reading of every surveyed column that leaves one."""
        for header in self._unread.keys() - self._taken:
            if forms := one_reading(self._unread[header]):
                self.chosen[header] = forms

    def parse(self, raw: pl.Series, time: pl.Series | None, header: str, problems: ProblemRows) -> Moments:
        """Moments of one column; `time` is a second column with the time of day."""
        clocks = None if time is None else parse_clocks(time, time.name.strip(), problems)
        if raw.dtype == pl.Date or isinstance(raw.dtype, pl.Datetime):
            return self._typed(raw, clocks, header, problems)
        text, is_next_day = self._text(raw, header, problems)
        local, has_time, exact, forms = self._read(text, header, problems)
        local = _later(local, is_next_day.cast(pl.Int64) * 86_400)
        self._explain(text, local, exact, forms, header, problems)
        if self.workbook and self.midnight_is_unknown:
            has_time = has_time & ~_is_midnight(local)
        local, has_time = _with_clocks(local, has_time, clocks)
        result = self._moments(local, has_time, local.is_not_null(), header, problems)
        problems.notes.add("zone_converted", int(exact.is_not_null().sum()))
        return Moments(_first(exact, result.at), result.has_time | exact.is_not_null())

    def _read(
        self, text: pl.Series, header: str, problems: ProblemRows
    ) -> tuple[pl.Series, pl.Series, pl.Series, list[DateForm]]:
        """(local times, whether they have a time, exact times, the forms the texts were read by); typed cells need no form."""
        if not self.workbook:
            forms = self._choose(text, header)
            return *self._convert(text, forms), forms
        typed, timed, n_serials = typed_cells(text, is_1904=self.is_1904)
        problems.notes.add("date_serials", n_serials, column=header)
        text = text.set(typed.is_not_null(), None)
        forms = self._choose(text, header)
        local, has_time, exact = self._convert(text, forms)
        return _first(typed, local), has_time | timed, exact, forms

    def _typed(self, raw: pl.Series, clocks: pl.Series | None, header: str, problems: ProblemRows) -> Moments:
        """Typed dates (Parquet), with the time of day of a second column where they have none."""
        is_day = raw.dtype == pl.Date
        has_time = _constant(not is_day, raw)
        if self.midnight_is_unknown and not is_day:
            has_time = ~_is_midnight(raw)
        if not is_day and raw.dtype.time_zone:  # type: ignore[attr-defined]
            return Moments(raw.dt.convert_time_zone("UTC").cast(_AT), has_time)
        local, has_time = _with_clocks(raw.cast(_LOCAL), has_time, clocks)
        return self._moments(local, has_time, raw.is_not_null(), header, problems)

    def _text(self, raw: pl.Series, header: str, problems: ProblemRows) -> tuple[pl.Series, pl.Series]:
        """(the texts, whether they said 24:00 of that day and now say 00:00)."""
        problems.notes.add("full_width", int(raw.str.contains(r"[０-９．－／：]").sum()), column=header)
        text = _plain(raw)
        is_next_day = text.str.contains(_MIDNIGHT_AFTER).fill_null(False)
        if is_next_day.any():
            text = text.str.replace(_MIDNIGHT_AFTER, "${1}${3}00${2}${4}")
        return text, is_next_day

    def _choose(self, text: pl.Series, header: str) -> list[DateForm]:
        """The form most rows of the first chunk have, with its shorter and longer sisters (the same date, no time)."""
        if header in self.chosen or not text.null_count() < len(text):
            return self.chosen.get(header, [compile_form(form) for form in self.forms[:1]])
        compiled = [compile_form(form) for form in self.forms]
        counts = [int(text.str.contains(form.pattern).sum()) for form in compiled]
        best = compiled[counts.index(max(counts))]
        sisters = [form for form in compiled if _date_part(form) == _date_part(best)]
        if best.text != ISO and all(form.has_time for form in sisters):
            sisters.append(compile_form(_date_part(best)))  # the time may stand in a column of its own
        self.chosen[header] = sisters
        return sisters

    def _convert(self, text: pl.Series, forms: list[DateForm]) -> tuple[pl.Series, pl.Series, pl.Series]:
        """(local times, whether they have a time, exact times of texts that carry their own zone)."""
        local = pl.repeat(None, len(text), dtype=_LOCAL, eager=True)
        has_time = _constant(False, text)
        exact = pl.repeat(None, len(text), dtype=_AT, eager=True)
        for form in forms:
            matching = text.set(~text.str.contains(form.pattern).fill_null(False), None)
            if form.text == ISO:
                exact = _first(exact, _exact_times(matching))
                found, timed = _iso_times(matching)
                local, has_time = _first(local, found), has_time | timed
            elif form.has_time:
                found = matching.str.to_datetime(form.text, strict=False, time_unit="us")
                local, has_time = _first(local, found), has_time | found.is_not_null()
            else:
                local = _first(local, matching.str.to_date(form.text, strict=False).cast(_LOCAL))
        return local, has_time, exact

    def _explain(
        self,
        text: pl.Series,
        local: pl.Series,
        exact: pl.Series,
        forms: list[DateForm],
        header: str,
        problems: ProblemRows,
    ) -> None:
        unread = text.is_not_null() & local.is_null() & exact.is_null()
        if not unread.any():
            return
        shown = forms[0].text
        fits = _constant(False, text)
        for form in forms:
            fits = fits | text.str.contains(form.pattern).fill_null(False)
        problems.add(unread & fits, header, "date_not_valid", format=shown)
        for form in map(compile_form, self.forms):
            problems.add(
                unread & text.str.contains(form.pattern).fill_null(False), header, "date_mixed", format=shown
            )
        either = unread & text.str.contains(EITHER_WAY).fill_null(False)
        if either.any():
            problems.add(either & read_somehow(text), header, "date_ambiguous")
        problems.add(unread, header, "date_not_valid", format=shown)

    def _moments(
        self, local: pl.Series, has_time: pl.Series, given: pl.Series, header: str, problems: ProblemRows
    ) -> Moments:
        problems.add(
            local < _FIRST_CERTAIN, header, "date_serial" if self.workbook else "date_not_valid", format=ISO
        )
        at = local.dt.replace_time_zone(self.zone, ambiguous="earliest", non_existent="null")
        problems.add(given & at.is_null(), header, "time_skipped")
        return Moments(at.dt.convert_time_zone("UTC").cast(_AT), has_time)


def parse_days(parser: DateParser, raw: pl.Series, header: str, problems: ProblemRows) -> pl.Series:
    """Calendar days of a column (company's local days)."""
    if raw.dtype == pl.Date:
        return raw
    moments = parser.parse(raw, None, header, problems)
    return moments.at.dt.convert_time_zone(parser.zone).dt.date()


def check_period(
    at: pl.Series,
    header: str,
    problems: ProblemRows,
    *,
    latest: datetime,
    max_age_years: int,
    refuse_future: bool,
    refuse_old: bool,
) -> None:
    """Refuse or note days after `latest` and days older than the profile expects."""
    if refuse_future:
        problems.add(at > latest, header, "date_future")
    if max_age_years:
        oldest = latest.replace(year=latest.year - max_age_years, day=min(latest.day, 28))
        old = at < oldest
        if refuse_old:
            problems.add(old, header, "date_too_old", years=max_age_years)
        else:
            problems.notes.add("date_old", int(old.sum()), column=header, years=max_age_years)


def _exact_times(text: pl.Series) -> pl.Series:
    zoned = text.str.contains(_OFFSET) & text.str.contains(":")
    if not zoned.any():
        return pl.repeat(None, len(text), dtype=_AT, eager=True)
    whole = text.set(~zoned.fill_null(False), None).str.replace("T", " ", literal=True)
    offset = whole.str.extract(_OFFSET).str.replace("Z", "+00:00", literal=True)
    offset = offset.str.replace(r"^([+-]\d{2})(\d{2})$", "${1}:${2}")
    clock, _ = _iso_times(whole.str.replace(_OFFSET, ""))
    sign = pl.when(pl.col("offset").str.starts_with("-")).then(-1).otherwise(1)
    minutes = pl.col("offset").str.slice(1, 2).cast(pl.Int64) * 60 + pl.col("offset").str.slice(4, 2).cast(
        pl.Int64
    )
    frame = pl.DataFrame({"clock": clock, "offset": offset})
    utc = pl.col("clock") - pl.duration(minutes=sign * minutes)
    return frame.select(utc.dt.replace_time_zone("UTC")).to_series().cast(_AT)


def _iso_times(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Local times of ISO texts without a zone, and which of them have a time of day."""
    plain = text.set(
        text.str.contains(_OFFSET).fill_null(False) & text.str.contains(":").fill_null(False), None
    )
    plain = plain.str.replace("T", " ", literal=True)
    timed = plain.str.contains(":")
    days = plain.set(timed.fill_null(False), None).str.to_date("%Y-%m-%d", strict=False).cast(_LOCAL)
    if not timed.any():
        return days, _constant(False, text)
    clock = plain.set(~timed.fill_null(False), None)
    short = clock.str.contains(r"^[^:]*:[0-9]{2}$")
    clock = clock.set(short.fill_null(False), None)
    times = clock.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
    if short.any():
        minutes = plain.set(~short.fill_null(False), None)
        times = _first(times, minutes.str.to_datetime("%Y-%m-%d %H:%M", strict=False, time_unit="us"))
    return _first(days, times), times.is_not_null()


def _plain(raw: pl.Series) -> pl.Series:
    text = raw.str.strip_chars().str.normalize("NFKC")
    return text.set((text == "").fill_null(False), None)  # a quoted empty cell is an empty cell


def _with_clocks(
    local: pl.Series, has_time: pl.Series, clocks: pl.Series | None
) -> tuple[pl.Series, pl.Series]:
    """The column of times counts wherever the date itself tells none, or only midnight."""
    if clocks is None:
        return local, has_time
    seconds = clocks.set(has_time & ~_is_midnight(local), None)
    return _later(local, seconds), has_time | (seconds.is_not_null() & local.is_not_null())


def _later(local: pl.Series, seconds: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"local": local, "seconds": seconds.fill_null(0)})
    return frame.select(pl.col("local") + pl.duration(seconds="seconds")).to_series()


def _first(one: pl.Series, other: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(one, other)).to_series()


def _constant(value: bool, like: pl.Series) -> pl.Series:
    return pl.repeat(value, len(like), dtype=pl.Boolean, eager=True)


def _is_midnight(local: pl.Series) -> pl.Series:
    return (local.dt.truncate("1d") == local).fill_null(True)


def _date_part(form: DateForm) -> str:
    return form.text.split("%H")[0].rstrip(" T")
