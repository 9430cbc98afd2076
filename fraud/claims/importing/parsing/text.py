"""Texts: control and direction characters removed, composed, trimmed; every change is counted."""

from __future__ import annotations

import polars as pl

from fraud.claims.importing.fields import Field, Kind
from fraud.claims.importing.parsing.problem_rows import ProblemRows

#: Control characters but for tab and line breaks, and characters that turn the reading direction.
_CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]"
_ZERO_WIDTH = r"[\u200b-\u200d\u2060\ufeff\u00ad]"
_SCIENTIFIC = r"^[0-9](?:\.[0-9]+)?[eE]\+[0-9]+$"
#: What spreadsheets show where a formula found no value; it stands in exports as if it were one.
_CELL_ERROR = r"^#(?:N/A|REF!|VALUE!|NAME\?|NULL!|NUM!|DIV/0!|SPILL!|CALC!|GETTING_DATA|FIELD!|BUSY!)$"
_UNUSUAL = r"[^\x20-\x7e]"


def blank_to_null(text: pl.Series) -> pl.Series:
    """Trimmed text, null where nothing is left."""
    trimmed = text.str.strip_chars()
    return trimmed.set(trimmed == "", None)


def clean_text(text: pl.Series, field: Field, header: str, problems: ProblemRows) -> pl.Series:
    """The column as it will be stored; rows whose text is too long are marked."""
    notes = problems.notes
    unusual = text.str.contains(_UNUSUAL)
    if unusual.any():
        controls = text.str.contains(_CONTROLS)
        notes.add("controls_removed", int(controls.sum()), column=header)
        if controls.any():
            text = text.str.replace_all(_CONTROLS, "")
        text = _normalised(text, field, header, problems)
    if field.kind is not Kind.TEXT:
        spaced = text.str.contains(r"\s\s|[\t\r\n]")
        if spaced.any():
            text = text.str.replace_all(r"\s+", " ")
    elif text.str.contains("\r", literal=True).any():
        text = text.str.replace_all("\r\n?", "\n")
    text = blank_to_null(text)
    problems.add(text.str.len_chars() > field.length, header, "text_too_long", limit=field.length)
    return text


def without_cell_errors(text: pl.Series, header: str, problems: ProblemRows, *, needed: bool) -> pl.Series:
    """A column without errors such as `#N/A`: a row that needs the value is refused for it, others have none, with a note."""
    if not text.str.contains("#", literal=True).any():
        return text
    bare = text.str.strip_chars().str.to_uppercase()
    errors = bare.str.contains(_CELL_ERROR).fill_null(False)
    if needed:
        for error in bare.filter(errors).unique().to_list():
            problems.add(errors & (bare == error), header, "cell_error", error=error)
    else:
        problems.notes.add("cell_errors_left_empty", int(errors.sum()), column=header)
    return text.set(errors, None)


def _normalised(text: pl.Series, field: Field, header: str, problems: ProblemRows) -> pl.Series:
    """NFC for what people read, NFKC and no zero-width characters for what identifies."""
    notes = problems.notes
    if field.kind is Kind.TEXT:
        composed = text.str.normalize("NFC")
        notes.add("composed", int((composed != text).sum()), column=header)
        return composed
    hidden = text.str.contains(_ZERO_WIDTH)
    notes.add("spaces_removed", int(hidden.sum()), column=header)
    if hidden.any():
        text = text.str.replace_all(_ZERO_WIDTH, "")
    composed = text.str.normalize("NFC")
    notes.add("composed", int((composed != text).sum()), column=header)
    if field.kind is not Kind.CODE:
        return composed
    plain = composed.str.normalize("NFKC")
    notes.add("full_width", int((plain != composed).sum()), column=header)
    return plain


def clean_identifier(text: pl.Series, field: Field, header: str, problems: ProblemRows) -> pl.Series:
    """An identifier as text: leading zeros and case stay; what a spreadsheet turned into a number is refused."""
    text = clean_text(text, field, header, problems)
    problems.add(text.str.contains(_SCIENTIFIC), header, "id_scientific")
    return text
