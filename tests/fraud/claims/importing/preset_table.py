"""`python -m tests.fraud.claims.importing.preset_table`: imports the file of every preset and prints the table of docs/importing.md."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rules.money import is_known_currency

KINDS = ("accepted", "duplicate", "superseding", "rejected")
HEAD = ("preset", "file", "rows", *KINDS, f"amounts: read = {' + '.join(KINDS)}")


def table_rows(folder: Path) -> list[dict[str, Any]]:
    """What became of every preset's file, imported one after another into an empty database."""
    from audit.actor import Actor
    from fraud.claims.importing.profiles import get_profile
    from fraud.claims.importing.services import import_claim_file
    from tests.fraud.claims.importing.preset_files import preset_files

    rows = []
    for given in preset_files():
        path = folder / given.name
        path.write_bytes(given.content)
        file = import_claim_file(
            path=path, name=given.name, profile=get_profile(given.preset), by=Actor.system("tests")
        )
        rows.append({"given": given, "file": file})
    return rows


def markdown(rows: list[dict[str, Any]], money: Callable[[int, str], str]) -> list[str]:
    """The table as lines of Markdown."""
    lines = [f"| {' | '.join(HEAD)} |", "|---|---|---:|---:|---:|---:|---:|---|"]
    for row in rows:
        file, given = row["file"], row["given"]
        sums = "<br>".join(
            f"{code} {money(kinds['read'], code)} = {' + '.join(money(kinds[kind], code) for kind in KINDS)}"
            for code, kinds in sorted(file.totals.items())
            if is_known_currency(code)
        )
        counts = (file.n_rows, file.n_accepted, file.n_duplicate, file.n_superseding, file.n_rejected)
        lines.append(f"| `{given.preset}` | {given.name} | {' | '.join(map(str, counts))} | {sums} |")
    return lines


def main() -> None:
    """Make a database of its own, import, print."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "CLEANCARD_HOME": home,
            "CLEANCARD_DEMO": "0",
            "DJANGO_SETTINGS_MODULE": "fraud.project.settings",
        }
        import django

        django.setup()
        from django.core.management import call_command

        from rules.money import format_number

        call_command("migrate", interactive=False, verbosity=0)
        print("\n".join(markdown(table_rows(Path(home)), format_number)))


if __name__ == "__main__":
    main()
