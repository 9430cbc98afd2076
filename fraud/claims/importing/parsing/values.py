"""The values of one chunk, field by field, from the columns the file delivers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from fraud.claims.importing.fields import FIELDS, ORIGINAL_AMOUNTS, Kind
from fraud.claims.importing.headers import Mapping as HeaderMapping
from fraud.claims.importing.parsing.amounts import named_by_marks, parse_amounts, parse_optional_amounts
from fraud.claims.importing.parsing.attendees import parse_attendees
from fraud.claims.importing.parsing.codes import (
    parse_brn,
    parse_cards,
    parse_currency,
    parse_labels,
    parse_mcc,
    parse_numbers,
    parse_yes_no,
)
from fraud.claims.importing.parsing.dates import DateParser, parse_days
from fraud.claims.importing.parsing.identity import row_hashes
from fraud.claims.importing.parsing.problem_rows import ProblemRows
from fraud.claims.importing.parsing.signs import kinds_of
from fraud.claims.importing.parsing.signs import signed as signed_rows
from fraud.claims.importing.parsing.text import (
    blank_to_null,
    clean_identifier,
    clean_text,
    without_cell_errors,
)
from fraud.claims.importing.problems import Notes
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.chunks import Chunk

#: Identifiers a spreadsheet could have turned into numbers.
_IDENTIFIERS = {"external_id", "claim_no", "employee_no", "approver_no", "merchant_no", "authorization_code"}


@dataclass(frozen=True, slots=True)
class Context:
    """What a file's rows are parsed with: the moment it arrived, the company's zone, the key of card tokens."""

    received_at: datetime
    latest: datetime  # no transaction may be later
    zone: str
    card_key: bytes
    is_history: bool = False


class ChunkValues:
    """One chunk on its way; `values` holds what is parsed so far, `problems` the rows that failed."""

    def __init__(
        self,
        chunk: Chunk,
        *,
        spec: ProfileSpec,
        mapping: HeaderMapping,
        context: Context,
        constants: Mapping[str, str],
        dates: DateParser,
        notes: Notes,
        typed: bool,
        has_lines: bool = True,
    ) -> None:
        self.typed, self.has_lines = typed, has_lines  # rows of a request have no lines that add up others
        self.spec, self.mapping, self.context = spec, mapping, context
        self.constants, self.dates = constants, dates
        self.chunk = chunk
        self.delivered = chunk.frame
        self.height = chunk.frame.height
        self.problems = ProblemRows(self.height, notes)
        self.values: dict[str, pl.Series] = {}
        self.unread_currency = pl.Series(np.zeros(self.height, bool))  # original currencies nobody knows

    def parse_values(self) -> None:
        """Fill `values`; rows that cannot be read are marked in `problems`."""
        self._parse_codes()
        self._parse_money()
        self._parse_times()
        self._parse_others()
        self._compose()

    # Delivered columns -----------------------------------------------------------------------------------------

    def header(self, name: str) -> str:
        """What the file calls a field."""
        sources = self.mapping.columns.get(name, ())
        return sources[0].strip()[:80] if sources else name

    def delivered_values(self, name: str) -> pl.Series | None:
        """The field's delivered text: the first filled one of its columns, else its constant; None when it has neither."""
        sources = self.mapping.columns.get(name, ())
        constant = self.constants.get(name) or getattr(self.spec.columns.get(name), "constant", "")
        if not sources:
            return pl.repeat(constant, self.height, dtype=pl.String, eager=True) if constant else None
        if len(sources) == 1 and self.delivered.schema[sources[0]] != pl.String and not constant:
            return self.delivered.get_column(sources[0])
        filled = self._first_filled(sources)
        return filled.fill_null(constant) if constant and filled is not None else filled

    def _first_filled(self, sources: Sequence[str]) -> pl.Series | None:
        """The first filled text of these columns in each row; None without columns."""
        columns = [self.delivered.get_column(source) for source in sources]
        filled = [blank_to_null(c.cast(pl.String) if c.dtype != pl.String else c) for c in columns]
        if len(filled) < 2:
            return filled[0] if filled else None
        return pl.select(pl.coalesce(*filled)).to_series().alias(sources[0])

    # Values ----------------------------------------------------------------------------------------------------

    def _without_errors(self, name: str, raw: pl.Series) -> pl.Series:
        """A field's text without the errors of spreadsheets, which cost the row only where it cannot do without."""
        if raw.dtype != pl.String:
            return raw
        needed = name in {"amount", "cancel_amount", *self.spec.required, *self.spec.identity}
        return without_cell_errors(raw, self.header(name), self.problems, needed=needed)

    def _parse_codes(self) -> None:
        for name, spec in FIELDS.items():
            if (
                spec.kind not in (Kind.CODE, Kind.NAME, Kind.TEXT)
                or (raw := self.delivered_values(name)) is None
            ):
                continue
            header = self.header(name)
            raw = self._without_errors(name, raw.cast(pl.String))
            if name == "mcc":
                self.values[name] = parse_mcc(raw, self.problems)
            elif name == "brn":
                self.values[name] = parse_brn(raw, self.problems)
            elif name in _IDENTIFIERS:
                self.values[name] = clean_identifier(raw, spec, header, self.problems)
            else:
                self.values[name] = clean_text(raw, spec, header, self.problems)

    def _parse_money(self) -> None:
        spec = self.spec
        self.values["currency"] = self._currency("currency", spec.currency_default, "amount")
        if {"original_currency", "original_amount"} & set(self.mapping.columns):
            self.values["original_currency"] = self._currency("original_currency", "", "original_amount")
        for name, info in FIELDS.items():
            if info.kind is not Kind.AMOUNT or (raw := self.delivered_values(name)) is None:
                continue
            currency = self.values["currency"]
            if name in ORIGINAL_AMOUNTS and "original_currency" in self.values:
                currency = self._original_currency(currency)
            needed = name in {"amount", "cancel_amount", *spec.required}
            parse = parse_amounts if needed else parse_optional_amounts
            self.values[name] = parse(
                self._without_errors(name, raw),
                currency,
                spec.amounts,
                self.header(name),
                self.problems,
                exact_zeros=self.typed,
            )
        self._sign_amounts()

    def _currency(self, name: str, default: str, amount: str) -> pl.Series:
        """Codes of a column of currencies; where it says nothing, and nothing holds by default, what the sign in the amount names.

        A row can do without its original currency: one that nobody knows is left empty, with a note.
        """
        raw, header = self.delivered_values(name), self.header(name)
        own = ProblemRows(self.height, self.problems.notes)
        codes = parse_currency(raw, self.height, default, self.spec.currency_aliases, header, own)
        unread = pl.Series(~own.good)
        if name == "currency" or name in self.spec.required:
            self.problems.merge(own)
        else:
            self.problems.notes.add("currency_left_empty", int(unread.sum()), column=header)
            self.unread_currency = unread
        amounts = self.delivered_values(amount)
        if default or amounts is None or amounts.dtype != pl.String:
            return codes
        return pl.select(
            pl.when(codes.is_null() & ~unread).then(named_by_marks(amounts)).otherwise(codes).alias(name)
        ).to_series()

    def _original_currency(self, currency: pl.Series) -> pl.Series:
        """What original amounts are in: their own currency, else the row's; null where their own could not be read."""
        both = pl.select(pl.coalesce(self.values["original_currency"], currency)).to_series()
        return both.set(self.unread_currency, None)

    def _sign_amounts(self) -> None:
        """The kind of transaction and the sign of its amount agree: money that comes back is negative, whatever was delivered.

        A row may state its own payment and what was taken back of it (`stated_back`); it is then the payment.
        """
        amount = self.values.get("amount")
        cancel = self.values.get("cancel_amount")
        nothing = pl.repeat(None, self.height, dtype=pl.Int64, eager=True)
        if amount is None and cancel is None:
            return
        kind = self._kinds()
        given = nothing if amount is None else amount
        frame = pl.DataFrame(
            {"kind": kind, "amount": given, "cancel": nothing if cancel is None else cancel.abs()}
        )
        signed = signed_rows(frame, self.spec.amounts, states=self.spec.amounts.cancels == "state")
        unknown = signed.select(
            pl.col("stated") & (pl.col("kind") == "partial_cancel") & (pl.col("cancel").fill_null(0) == 0)
        ).to_series()
        self.problems.add(unknown, self.header("cancel_amount"), "cancel_amount_missing")
        self.values["txn_type"] = signed.get_column("txn_type")
        self.values["amount"] = signed.get_column("signed")
        self.values["stated_back"] = signed.get_column("back")
        if cancel is not None:
            stated = signed.get_column("back").is_not_null()
            self.values["cancel_amount"] = cancel.set(stated, None)

    def _kinds(self) -> pl.Series:
        """The kind of each row, by the columns that tell it."""
        first = self.delivered_values("txn_type")
        if first is None:
            return pl.repeat(None, self.height, dtype=pl.String, eager=True)
        sources = self.mapping.columns.get("txn_type", ())
        columns = [(self.header("txn_type"), first.cast(pl.String))]
        if len(sources) > 1:
            texts = (self.delivered.get_column(source).cast(pl.String) for source in sources)
            columns = [(s.strip()[:80], blank_to_null(text)) for s, text in zip(sources, texts, strict=True)]
        return kinds_of(columns, dict(self.spec.columns["txn_type"].values), self.problems)

    def _parse_times(self) -> None:
        for name, info in FIELDS.items():
            if info.kind not in (Kind.TIME, Kind.DAY) or (raw := self.delivered_values(name)) is None:
                continue
            header, raw = self.header(name), self._without_errors(name, raw)
            if info.kind is Kind.DAY:
                self.values[name] = parse_days(self.dates, raw, header, self.problems)
                continue
            time = self._first_filled(self.mapping.times.get(name, ()))
            moments = self.dates.parse(raw, time, header, self.problems)
            self.values[name] = moments.at
            if name == "transacted_at":
                self.values["has_time"] = moments.has_time
        cancelled, back = self.values.get("cancelled_at"), self.values.get("stated_back")
        if cancelled is not None and back is not None:
            self.values["back_at"] = cancelled
            self.values["cancelled_at"] = cancelled.set(back.is_not_null(), None)

    def _parse_others(self) -> None:
        for name, info in FIELDS.items():
            raw = self.delivered_values(name)
            if raw is None:
                continue
            header = self.header(name)
            if info.kind is Kind.NUMBER:
                self.values[name] = parse_numbers(raw, header, self.problems, lenient=name == "installments")
            elif info.kind is Kind.YES_NO:
                self.values[name] = parse_yes_no(raw, header, self.problems)
            elif info.kind is Kind.CARD:
                self.values["card_token"], self.values["card_last4"] = parse_cards(
                    raw.cast(pl.String), self.context.card_key, self.problems
                )
            elif info.kind is Kind.PEOPLE:
                self._parse_people(name, raw.cast(pl.String), header)
        if self.mapping.labels:
            label = self.delivered.get_column(self.mapping.labels[0]).cast(pl.String)
            labels = self.spec.labels
            self.values["is_misuse"] = parse_labels(label, labels.misuse, labels.legitimate, self.problems)

    def _parse_people(self, name: str, raw: pl.Series, header: str) -> None:
        """The list, and how many they are where the file does not count them; more listed than counted is refused."""
        self.values[name], listed = parse_attendees(raw, header, self.problems)
        counted = self.values.get("n_attendees")
        if counted is not None:
            self.problems.add(listed > counted, header, "attendees_not_counted")
        self.values["n_attendees"] = (
            listed if counted is None else pl.select(pl.coalesce(counted, listed)).to_series()
        )

    def _compose(self) -> None:
        for name, column in self.spec.columns.items():
            if not column.compose:
                continue
            composed = self._composed(column.compose)
            given = self.values.get(name)
            self.values[name] = (
                composed if given is None else pl.select(pl.coalesce(given, composed)).to_series()
            )
        if self.spec.identity:
            # Two payments of one amount at two places are two, whatever a profile forgot to name.
            names = dict.fromkeys([*self.spec.identity, "merchant_name"])
            frame = self._frame([name for name in names if name in self._known()])
            self.values["identity"] = row_hashes(frame, frame.columns)

    def _composed(self, template: str) -> pl.Series:
        """The template with values put in; null where one of them is missing."""
        pieces: list[pl.Expr] = []
        columns: dict[str, pl.Series] = {}
        for literal, name in _template_parts(template):
            if literal:
                pieces.append(pl.lit(literal))
            if name in self.values:
                columns[name] = self.values[name].cast(pl.String)
                pieces.append(pl.col(name))
            elif name:
                pieces.append(pl.lit(self.constants.get(name), pl.String))
        frame = pl.DataFrame(columns) if columns else pl.DataFrame({"row": range(self.height)})
        composed = frame.select(pl.concat_str(pieces).alias("composed")).to_series()
        return composed if len(composed) == self.height else composed.new_from_index(0, self.height)

    def _known(self) -> set[str]:
        return set(self.values) | {"card_number"} & set(self.mapping.columns)

    def _frame(self, names: Sequence[str]) -> pl.DataFrame:
        alias = {"card_number": "card_token"}
        return pl.DataFrame({alias.get(n, n): self.values[alias.get(n, n)] for n in names})


def _template_parts(template: str) -> list[tuple[str, str]]:
    parts = []
    for piece in template.split("}"):
        literal, _, name = piece.partition("{")
        parts.append((literal, name))
    return parts
