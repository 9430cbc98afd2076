"""`manage.py mine_rules`: which rules would have caught the misuse that no rule flagged. Proposes; makes no rule."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from audit.language import current_language
from fraud.learning.experiment_run import run_experiment
from fraud.learning.experiment_words import error_sentence
from fraud.learning.experimenting import ExperimentNotValid, read_asked, start_experiment
from fraud.learning.mined_rules import candidates_of
from fraud.learning.models import Experiment


class Command(StruckCommand):
    help = "Learn rules from misuse that no rule flagged, prove them on later claims, show them on the latest ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--weeks", default="", help="weeks of the latest claims to show them on (default 12)"
        )
        parser.add_argument("--depth", default="", help="conditions a rule at most, 1 to 4 (default 3)")
        parser.add_argument("--without", default="", help="codes of rules to do without, such as A01,B03")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asked = read_asked(Experiment.Kind.MINING, options)
            experiment = start_experiment(asked=asked, by=Actor.system("training"))
        except ExperimentNotValid as error:
            raise CommandError(str(error)) from error
        experiment = run_experiment(experiment)
        if experiment.state == Experiment.State.FAILED:
            raise CommandError(error_sentence(experiment.error))
        if options["json"]:
            answer = {"search": experiment.pk, "counts": experiment.counts, **experiment.result}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
            return
        self._say(experiment)

    def _say(self, experiment: Experiment) -> None:
        result = experiment.result
        told = _(
            "Search %(n)s: paths %(paths)s, promising %(promising)s, of these hold on later claims %(proven)s"
        )
        figures = {name: result[f"n_{name}"] for name in ("paths", "promising", "proven")}
        self.stdout.write(told % {"n": experiment.pk, **figures})
        for one in candidates_of(experiment, current_language()):
            latest = one["latest"]
            self.stdout.write(f"{one['number']}. {one['text']}\n   {one['sentence']}")
            told = _(
                "latest claims: hits %(hits)s, with an outcome %(reviewed)s, of them misuse %(misuse)s, cases a night %(cases)s"
            )
            self.stdout.write("   " + told % {**latest, "cases": f"{latest['cases_a_night']:.1f}"})
