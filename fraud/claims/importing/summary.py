"""What became of a delivered file, in lines for a terminal and as plain data."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from audit.language import current_language
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.scanning import refuse_in_name
from fraud.claims.importing.texts import sentence
from fraud.claims.models import ClaimFile
from rules.money import format_money, is_known_currency

_EXAMPLES = 5  # rejected rows that are shown in full; the rest is counted


def refused_name(name: str) -> str:
    """Why a file of this name is not taken, in the active language; "" where it may be."""
    try:
        refuse_in_name(name)
    except FileQuarantined as error:
        return sentence("file", error.code, error.params, current_language())
    return ""


def as_data(file: ClaimFile, seconds: float, *, is_known: bool, n_since: int = 0) -> dict[str, Any]:
    """The import's result as plain JSON values. `is_known`: it had been delivered before, so nothing was taken now; `n_since`: of
    so many of its claims later deliveries told since."""
    counts = ("n_rows", "n_accepted", "n_duplicate", "n_superseding", "n_rejected")
    rest = ("totals", "notes", "error", "encoding")
    return {
        "file": file.reference,
        "name": file.name,
        "state": file.state,
        "is_known": is_known,
        "changed_since": n_since,
        **{name: getattr(file, name) for name in (*counts, *rest)},
        "seconds": round(seconds, 2),
    }


def as_lines(file: ClaimFile, seconds: float, *, is_known: bool, n_since: int = 0) -> list[str]:
    """The same in the active language."""
    language = current_language()
    lines = [f"{file.reference}  {file.name}: {file.get_state_display()}"]
    if is_known:
        lines.append(
            "  " + _("This file was delivered before. Nothing was taken twice; this is what became of it.")
        )
    if n_since:
        told = _(
            "Later deliveries told of %(n)d of its claims since, and what they say holds. With --again this file's word holds again."
        )
        lines.append("  " + told % {"n": n_since})
    if file.error:
        lines.append("  " + sentence("file", file.error["code"], file.error["params"], language))
        if file.state == ClaimFile.State.QUARANTINED:
            again = _("Once the reason is gone, the same file can be handed in again: it is read anew.")
            lines.append("  " + again)
        return lines
    counts = _counts()
    lines.append(
        f"  {_('Rows read')} {file.n_rows:,} = "
        + " + ".join(f"{label} {getattr(file, f'n_{kind}'):,}" for kind, label in counts.items())
        + ("" if is_known else f"  ({seconds:.1f} s)")
    )
    for currency, sums in file.totals.items():
        if is_known_currency(currency):
            money = {kind: format_money(value, currency, language) for kind, value in sums.items()}
            parts = " + ".join(f"{label} {money[kind]}" for kind, label in counts.items())
            lines.append(f"  {_('Read')} {money['read']} = {parts}")
    lines += [f"  - {note}" for note in _notes(file, language)]
    return [*lines, *_rejects(file, language)]


def _counts() -> dict[str, str]:
    return {
        "accepted": _("Accepted"),
        "duplicate": _("Duplicate"),
        "superseding": _("Superseding"),
        "rejected": _("Rejected"),
    }


def _notes(file: ClaimFile, language: str) -> list[str]:
    """All that was normalised; which optional fields are absent is told by the page and `--json`."""
    told = [note for note in file.notes if note["code"] != "fields_absent"]
    return [sentence("note", note["code"], note["params"], language) for note in told]


def _rejects(file: ClaimFile, language: str) -> list[str]:
    """How many rows were refused for which reason, and the first of each with line, column and what would be right."""
    lines = []
    rejects = file.rejects.order_by("line")
    codes = dict.fromkeys(rejects.values_list("code", flat=True).iterator(), 0)
    for code in codes:
        these = rejects.filter(code=code)
        n = these.count()
        lines.append(f"  {_('Rejected')} {n:,}: {code}")
        for reject in these[:_EXAMPLES]:
            place = _("line %(n)s") % {"n": f"{reject.line:,}"} + (
                f", {reject.column}" if reject.column else ""
            )
            lines.append(f"    {place}: {sentence('row', code, reject.params, language)}")
        if n > _EXAMPLES:
            lines.append("    " + _("and %(n)s more") % {"n": f"{n - _EXAMPLES:,}"})
    if codes:
        lines.append(
            "  "
            + _("All rejected rows with their text: page %(path)s") % {"path": f"/files/{file.reference}/"}
        )
    return lines
