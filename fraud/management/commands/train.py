"""`manage.py train`: train a challenger and hold it against the champion."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.commands import StruckCommand
from fraud.learning.comparing import gate_lines
from fraud.learning.experiment_run import train_unasked
from fraud.learning.experiment_words import error_sentence
from fraud.learning.experimenting import ExperimentNotValid
from fraud.learning.models import Evaluation
from fraud.learning.training_page import version_of
from fraud.learning.training_run import Scope


class Command(StruckCommand):
    help = "Train a challenger on the labels known at a cut-off and compare it with the champion on later claims."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cut-off", help="moment, YYYY-MM-DD or YYYY-MM-DDTHH:MM (default: now)")
        parser.add_argument("--until", help="end of the comparison window (default: now)")
        parser.add_argument(
            "--hide-types", type=int, default=0, help="misuse types to hide in turn for the novelty gate"
        )
        parser.add_argument("--no-compare", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        scope = Scope(
            cut_off=moment(options["cut_off"]),
            until=moment(options["until"]),
            hide_types=options["hide_types"],
            compares=not options["no_compare"],
        )
        try:
            row = train_unasked(why="command", scope=scope)
        except ExperimentNotValid as error:
            raise CommandError(str(error)) from error
        version = version_of(row)
        if row.state != row.State.FINISHED or version is None:
            raise CommandError(
                error_sentence(row.error) or pgettext("training", "The training was cancelled.")
            )
        answer: dict[str, Any] = {
            "training": row.pk,
            "version": version.reference,
            "n_confirmed": version.n_confirmed,
            "is_calibrated": version.is_calibrated,
            "counts": version.card.get("counts"),
            "out_of_fold": version.card.get("out_of_fold"),
        }
        gates: list[str] = []
        found = Evaluation.objects.filter(pk=row.result.get("evaluation")).first()
        if found is not None:
            answer |= {
                "figures": found.figures,
                "gates": found.gates,
                "n_claims": found.n_claims,
                "n_misuse": found.n_misuse,
            }
            gates = gate_lines(found.gates)
        elif not options["no_compare"]:
            later = _("When later claims have outcomes: %(command)s") % {
                "command": f"manage.py compare {version.reference}"
            }
            said = pgettext("training", "No claim with an outcome is younger than both versions yet.")
            answer["comparison"] = f"{said} {later}"
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
            return
        if version.is_calibrated:
            told = _("%(version)s: confirmed misuse %(n)s, calibrated")
        else:
            told = _("%(version)s: confirmed misuse %(n)s, not calibrated: shows rank and band only")
        self.stdout.write(told % {"version": version.reference, "n": f"{version.n_confirmed:,}"})
        self.stdout.write(
            answer.get("comparison") or "\n".join(gates) or _("There is no champion to compare with.")
        )


def moment(text: str | None) -> datetime | None:
    """An aware moment of the company's clock. Raises CommandError."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        said = _("Write a moment as 2026-03-31 or 2026-03-31T18:00, not “%(text)s”.")
        raise CommandError(said % {"text": text}) from error
    return found if found.tzinfo else make_aware(found)
