"""Verify the dossier of a case."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from audit.commands import StruckCommand
from audit.language import current_language
from cases.papers.dossier.making import recorded_export
from cases.papers.dossier.verifier import check_dossier, tell


class Command(StruckCommand):
    help = "Verify that a dossier (ZIP) is whole: no entry altered, added, removed or reordered, its audit chain unbroken. Exit code 1 names what is wrong."
    requires_system_checks = ()  # the file alone is looked at

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the archive, such as C-2026-000123.zip")
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
        parser.add_argument(
            "--recorded",
            action="store_true",
            help="also hold its digest against this company's audit log: an archive that was made anew is no dossier of ours",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        checked = check_dossier(path)
        is_korean = current_language() == "ko"
        wrong = [finding.sentence(is_korean) for finding in checked.findings]
        entry = None
        if options["recorded"] and not wrong:
            entry = recorded_export(checked.case, checked.digest)
            if entry is None:
                said = _("%(name)s: the audit log knows no export of %(case)s with this digest")
                wrong.append(said % {"name": path, "case": checked.case})
        if options["json"]:
            codes = [{"code": one.code, "where": one.where} for one in checked.findings]
            told = {"case": checked.case, "whole": not wrong, "digest": checked.digest, "findings": codes}
            self.stdout.write(json.dumps({**told, "recorded": entry is not None}))
        elif not wrong:
            for line in tell(path, checked, korean=is_korean):
                self.stdout.write(line)
            if entry is not None:
                export = _("Exported by %(who)s at %(at)s: %(why)s")
                self.stdout.write(export % {"who": entry.actor, "at": entry.at, "why": entry.reason})
        for sentence in wrong[:20]:
            self.stderr.write(sentence)
        if wrong:
            said = _("Findings: %(n)s. The first: %(first)s")
            raise CommandError(said % {"n": len(wrong), "first": wrong[0]}, returncode=1)
