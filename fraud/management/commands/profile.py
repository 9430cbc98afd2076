"""`manage.py profile FILE`: how an unknown table would be read, and the profile that reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from audit.language import current_language
from fraud.claims.assistant_words import (
    column_words,
    finding_words,
    kind_words,
    needed_fields,
    open_questions,
)
from fraud.claims.importing.guessing.choices import spec_of
from fraud.claims.importing.guessing.guess import TableGuess, guess_table
from fraud.claims.importing.problems import FileQuarantined, ProfileNotValid
from fraud.claims.importing.profiles import known_profiles, save_profile
from fraud.claims.importing.texts import sentence
from fraud.claims.importing.trying import refuse_numbers, try_file
from fraud.claims.trial_words import trial_words
from fraud.claims.views.assistant_form import name_problem, read_choices

_PROFILES = (("fits", "fits"), ("like", "like"), ("fits as well", "also"), ("but for its name", "unnamed"))
_OPTIONS = {"dates": "dates", "amounts": "decimal"}


class Command(StruckCommand):
    help = "Guess how a table is to be read, show its first rows as an import would read them, and save the profile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="HEADER=FIELD",
            help="what a column is, instead of the guess",
        )
        parser.add_argument("--currency", default="", help="currency of rows that name none")
        parser.add_argument("--dates", default="", help="form of the dates, such as %%d/%%m/%%Y")
        parser.add_argument("--decimal", default="", choices=(".", ","), help="decimal sign of the amounts")
        parser.add_argument(
            "--profile", default=None, metavar="NAME", help="begin with this profile; an empty name for none"
        )
        parser.add_argument(
            "--leave-out", action="store_true", help="leave out rows with numbers like card numbers"
        )
        parser.add_argument("--save", default="", metavar="NAME", help="save the profile under this name")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("There is no file “%(name)s”.") % {"name": path})
        language = current_language()
        try:
            known = known_profiles()
            guessed = guess_table(path, known, name=path.name, profile=options["profile"])
            found = _chosen(guessed, options)
            spec = spec_of(found.choices)
            if found.fits and spec == spec_of(guessed.choices):
                spec = dict(next(one.spec for one in known if one.name == found.fits))
            needed = needed_fields(spec, language)
            trial = None
            if needed or found.open_amounts:
                refuse_numbers(path, found.grid)
            else:
                trial = try_file(path=path, name=path.name, spec=spec, by=Actor.system("import"))
        except FileQuarantined as error:
            raise CommandError(sentence("file", error.code, error.params, language)) from error
        except ProfileNotValid as error:
            raise CommandError(str(error)) from error
        questions = open_questions(found, trial)
        data = {
            "file": path.name,
            "kind": found.grid.kind,
            "layout": {
                name: getattr(found.grid.layout, name)
                for name in ("encoding", "separator", "header_row", "sheet")
            },
            "fits": found.fits,
            "like": found.like,
            "also": found.also,
            "unnamed": found.unnamed,
            "looks_like": kind_words(found, language),
            "findings": finding_words(found, language),
            "columns": column_words(found, language),
            "needed": needed,
            "questions": questions,
            "trial": _without_cells(trial_words(trial)) if trial else None,
            "spec": spec,
        }
        self.stdout.write(
            json.dumps(data, ensure_ascii=False) if options["json"] else "\n".join(_lines(data))
        )
        if options["save"]:
            self._save(options["save"], found, spec, [*needed, *questions])

    def _save(self, name: str, found: TableGuess, spec: dict[str, Any], needed: list[str]) -> None:
        if needed:
            said = _("No column gives: %(fields)s. Say which one does with --column HEADER=FIELD.")
            raise CommandError(said % {"fields": ", ".join(needed)})
        if problem := name_problem(name, found.based):
            raise CommandError(problem)
        spec.setdefault("source_system", name)
        save_profile(name=name, spec=spec, by=Actor.system("import"))


def _chosen(found: TableGuess, options: dict[str, Any]) -> TableGuess:
    """The guess with the options in its place; a header or field there is not is an error."""
    indexes = {column.header: index for index, column in enumerate(found.columns)}
    data = {f"c{index}": column.field for index, column in enumerate(found.columns)}
    for pair in options["column"]:
        header, _sign, name = pair.rpartition("=")
        if header not in indexes:
            said = _("There is no column “%(name)s”. There are: %(columns)s.")
            raise CommandError(said % {"name": header, "columns": ", ".join(indexes)})
        data[f"c{indexes[header]}"] = name
    data |= {"decimal": options["decimal"], "currency": options["currency"] or found.choices.currency}
    data |= {"dates": options["dates"]} if options["dates"] else {}
    flags = {
        "invert": found.choices.invert_sign,
        "formulas": found.choices.allow_formulas,
        "leave_out": options["leave_out"] or found.choices.sensitive == "reject_row",
    }
    return read_choices(data | {name: "1" for name, is_set in flags.items() if is_set}, found)


def _without_cells(words: dict[str, Any]) -> dict[str, Any]:
    """The trial without what only a page needs."""
    return {key: value for key, value in words.items() if key not in {"heads", "cells"}}


def _lines(data: dict[str, Any]) -> list[str]:
    layout = ", ".join(f"{name} {value!r}" for name, value in data["layout"].items() if value)
    lines = [f"{data['file']}: {data['kind']}, {layout}"]
    if data["looks_like"]:
        lines.append(f"  ! {data['looks_like']['text']}")
        if data["looks_like"]["feed"]:
            lines.append(f"    manage.py import_people FILE --feed {data['looks_like']['feed']}")
    lines += [
        f"  {what}: {', '.join(data[key]) if isinstance(data[key], (list, tuple)) else data[key]}"
        for what, key in _PROFILES
        if data[key]
    ]
    lines += [f"  {what}  ({one['level']}: {one['why']})" for what, one in data["findings"].items()]
    for column in data["columns"]:
        label = column["label"] or "–"
        lines.append(f"  {column['header']!r}: {label}  ({column['level_text']}: {column['why']})")
    for what, answers in data["questions"].items():
        option = _OPTIONS[what]
        lines += [f"  ? {one['example']} = {one['reading']}: --{option} {one['value']!r}" for one in answers]
    if data["needed"]:
        lines.append(f"  ! {', '.join(data['needed'])}")
    return lines + (_trial_lines(data["trial"]) if data["trial"] else [])


def _trial_lines(trial: dict[str, Any]) -> list[str]:
    return [
        f"  {trial['n_rows']:,} = {trial['n_taken']:,} + {trial['n_repeated']:,} + {trial['n_rejected']:,}  {', '.join(trial['sums'])}",
        "  " + " | ".join(trial["columns"]),
        *("  " + " | ".join(row) for row in trial["rows"]),
        *(f"  - {reason['n']:,} × {reason['text']}" for reason in trial["reasons"]),
        *(f"  - {note}" for note in trial["notes"]),
    ]
