"""Verify the audit chains, or export their heads."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from audit.commands import StruckCommand
from audit.models import AuditEvent
from audit.services import export_heads, find_faults


class Command(StruckCommand):
    help = "Verify that no audit entry was altered, deleted, reordered or cut off. Exit code 1 names the first bad entry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
        parser.add_argument(
            "--head",
            metavar="FILE",
            help="export count and last hash of every chain to FILE (- for the screen)",
        )
        parser.add_argument(
            "--against", metavar="FILE", help="also hold the chains against heads exported earlier"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["head"]:
            text = json.dumps(export_heads(), indent=1)
            if options["head"] == "-":
                self.stdout.write(text)
            else:
                Path(options["head"]).write_text(text, encoding="utf-8")
            return
        heads = None
        if options["against"]:
            try:
                raw = json.loads(Path(options["against"]).read_text(encoding="utf-8"))
                heads = {subject: (int(count), str(digest)) for subject, (count, digest) in raw.items()}
            except (OSError, ValueError) as error:
                said = _("“%(name)s” is not a file written by --head: %(why)s")
                raise CommandError(said % {"name": options["against"], "why": error}) from None
        faults = find_faults(heads)
        entries = AuditEvent.objects.count()
        if options["json"]:
            found = [
                {"subject": f.subject, "seq": f.seq, "code": f.code, "sentence": f.sentence} for f in faults
            ]
            self.stdout.write(json.dumps({"entries": entries, "whole": not faults, "faults": found}))
        elif not faults:
            self.stdout.write(_("Entries: %(n)s. Every chain is whole.") % {"n": f"{entries:,}"})
        for fault in faults[:20]:
            self.stderr.write(fault.sentence)
        if faults:
            said = _("Damaged chains: %(n)s. The first: %(first)s")
            raise CommandError(said % {"n": len(faults), "first": faults[0].sentence}, returncode=1)
