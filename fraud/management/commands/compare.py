"""`manage.py compare`: hold a version against the champion again, or test its recipe out of time."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from fraud.detection.models import ModelVersion
from fraud.learning.comparing import compare_versions, evaluate_out_of_time, gate_lines
from fraud.learning.later_claims import NothingToCompare
from fraud.learning.training import NothingToTrainOn
from fraud.learning.training.process import TrainingFailed
from fraud.management.commands.train import moment


class Command(StruckCommand):
    help = "Compare a version with the champion on claims younger than both, or train its recipe again as of a moment and test it on the claims since."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version", help="reference, such as M-2026-0002")
        parser.add_argument(
            "--from", dest="since", help="begin of the window (default: both versions' cut-off)"
        )
        parser.add_argument("--until", help="end of the window (default: now)")
        parser.add_argument("--hide-types", type=int, default=0, help="misuse types to hide in turn")
        parser.add_argument(
            "--out-of-time",
            metavar="MOMENT",
            help="train the recipe again as of this moment, test on what follows",
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        by = Actor.system("training")
        version = ModelVersion.objects.filter(reference=options["version"]).first()
        if version is None:
            raise CommandError(_("There is no model version “%(name)s”.") % {"name": options["version"]})
        since, until, cut_off = (moment(options[name]) for name in ("since", "until", "out_of_time"))
        try:
            if cut_off:
                found = evaluate_out_of_time(version=version, by=by, cut_off=cut_off, window_to=until)
            else:
                found = compare_versions(
                    version=version,
                    by=by,
                    window_from=since,
                    window_to=until,
                    hide_types=options["hide_types"],
                )
        except (NothingToCompare, NothingToTrainOn, TrainingFailed) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            answer = {
                "figures": found.figures,
                "gates": found.gates,
                "n_claims": found.n_claims,
                "n_misuse": found.n_misuse,
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
            return
        told = _("Claims: %(n)s, of them known misuse: %(misuse)s")
        self.stdout.write(told % {"n": f"{found.n_claims:,}", "misuse": f"{found.n_misuse:,}"})
        for name, row in found.figures.items():
            if isinstance(row, dict) and "average_precision" in row:
                told = _(
                    "average precision %(precision)s, recall at capacity %(recall)s, lift at 20 %% %(lift)s, alerts a day %(alerts)s"
                )
                figures = {
                    "precision": row["average_precision"],
                    "recall": row["recall_at_seats"],
                    "lift": row["lift_at_20"],
                    "alerts": row["alerts_per_day"],
                }
                self.stdout.write(f"  {name:<11} {told % figures}")
        if found.gates:
            self.stdout.write("\n".join(gate_lines(found.gates)))
