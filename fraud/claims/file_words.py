"""Claim files in words: their states, and the settings of an import profile."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def state_words() -> dict[str, tuple[str, str]]:
    """state → (word, meaning of the tag)."""
    return {
        "received": (pgettext("claim file", "waiting"), "info"),
        "importing": (pgettext("claim file", "being read"), "info"),
        "imported": (pgettext("claim file", "imported"), "success"),
        "rejected": (pgettext("claim file", "no row taken"), "danger"),
        "quarantined": (pgettext("claim file", "refused"), "danger"),
        "cancelled": (pgettext("claim file", "cancelled"), "warning"),
        "failed": (pgettext("claim file", "stopped"), "warning"),
    }


def profile_words() -> dict[str, str]:
    """Setting of an import profile → what it means, in the order of reading a file."""
    return {
        "source_system": _("Name under which the rows' own ids are unique."),
        "encodings": _("Tried in this order after UTF-8, over the whole file."),
        "delimiter": _("One character between columns, such as , ; or a tab."),
        "quoting": _("standard: quoted cells may contain the delimiter; none: quotes are plain letters."),
        "sheet": _("Sheet of a workbook; empty takes the first visible one."),
        "allow_formulas": _(
            "Whether the stored result of a formula is taken; otherwise such a row is rejected."
        ),
        "header_search": _("Rows from the top in which the header is looked for, 1 to 50."),
        "header_tolerance": _("Letters a header may differ from its alias, 0 to 3."),
        "records": _(
            "A file without a header row: format lines (names by position, keep: the first value of rows), vcf4 or cdf3."
        ),
        "columns": _(
            "Field → headers that deliver it, the first filled one counts; or from, time_from, values, constant, compose."
        ),
        "required": _("Fields without which a row is rejected."),
        "file_name_pattern": _("Patterns over the file's name; their named groups become values."),
        "identity": _("Fields that together identify a row where the file has no id of its own."),
        "row_filters": _(
            "Rows that are no claims, such as sub-totals: code, column, and the pattern a claim matches."
        ),
        "dates": _(
            "formats: iso or made of %Y %y %m %d %H %M %S; future: reject or accept; old: reject or note; max_age_years."
        ),
        "zone": _("Time zone of the file's times; empty is the company's."),
        "amounts": _(
            "decimal and thousands signs; invert_sign; zero_decimals; negative_types; extreme in minor units."
        ),
        "currency": _("default, where a row names none, and aliases such as 원 for KRW."),
        "labels": _(
            "Known outcomes: their column, which values mean misuse or not, and after how many days they are known."
        ),
        "extra": _("Name → headers: kept beside the claim."),
        "sensitive": _(
            "What a card or resident number costs: quarantine the whole file, reject_row, or withhold the value."
        ),
        "not_card_columns": _(
            "Headers whose long numbers are known to be neither card nor resident numbers."
        ),
    }
