"""`manage.py import_claims FILE --profile NAME`: import one claim file and say what became of every row."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import get_language

from audit.actor import Actor
from fraud.importing.problems import ProfileNotValid
from fraud.importing.profiles import ProfileUnknown, get_profile
from fraud.importing.services import import_claim_file
from fraud.importing.texts import sentence
from fraud.models import ClaimFile
from rules.money import format_money

_QUIET_SECONDS = 2.0


class Command(BaseCommand):
    help = "Import a claim file (CSV, TSV, XLSX, Parquet, also gzipped). The same file twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--profile", default="generic", help="import profile (default: generic)")
        parser.add_argument(
            "--history", action="store_true", help="context only: the claims are never screened"
        )
        parser.add_argument(
            "--apart", action="store_true", help="read in a bounded child process, as uploads are"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"there is no file {path}")
        started = self._shown = time.monotonic()
        try:
            file = import_claim_file(
                path=path,
                name=path.name,
                profile=get_profile(options["profile"]),
                by=Actor.system("import"),
                is_history=options["history"],
                apart=options["apart"],
                progress=None if options["json"] else self._show_progress,
            )
        except (ProfileUnknown, ProfileNotValid) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(summary(file, time.monotonic() - started), ensure_ascii=False))
        else:
            self._print(file, time.monotonic() - started)
        if file.state != ClaimFile.State.IMPORTED:
            sys.exit(1)

    def _show_progress(self, file: ClaimFile) -> None:
        now = time.monotonic()
        if now - self._shown >= (0.5 if self.stdout.isatty() else _QUIET_SECONDS):
            self._shown = now
            self.stdout.write(f"  {file.rows_done:,} of {file.n_rows:,} rows")
            self.stdout.flush()

    def _print(self, file: ClaimFile, seconds: float) -> None:
        language = get_language() or "en"
        self.stdout.write(f"{file.reference}  {file.name}: {file.get_state_display()}")
        if file.error:
            self.stdout.write(
                self.style.ERROR(sentence("file", file.error["code"], file.error["params"], language))
            )
            return
        self.stdout.write(
            f"  {file.n_rows:,} rows = {file.n_accepted:,} accepted + {file.n_duplicate:,} duplicate "
            f"+ {file.n_superseding:,} superseding + {file.n_rejected:,} rejected  ({seconds:.1f} s)"
        )
        for currency, sums in file.totals.items():
            parts = ", ".join(f"{kind} {format_money(value, currency, 'en')}" for kind, value in sums.items())
            self.stdout.write(f"  {parts}")
        for note in file.notes:
            self.stdout.write(f"  - {sentence('note', note['code'], note['params'], language)}")
        codes: dict[str, int] = {}
        for code in file.rejects.values_list("code", flat=True).iterator():
            codes[code] = codes.get(code, 0) + 1
        for code, n in sorted(codes.items(), key=lambda item: -item[1]):
            self.stdout.write(f"  rejected {n:,}: {code}")


def summary(file: ClaimFile, seconds: float) -> dict[str, Any]:
    """The import's result as plain JSON values."""
    names = (
        "n_rows",
        "n_accepted",
        "n_duplicate",
        "n_superseding",
        "n_rejected",
        "totals",
        "notes",
        "error",
        "encoding",
    )
    return {
        "file": file.reference,
        "name": file.name,
        "state": file.state,
        **{name: getattr(file, name) for name in names},
        "seconds": round(seconds, 2),
    }
