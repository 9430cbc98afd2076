"""`manage.py experiment`: other methods, an autoencoder, or the paths of a score, on the company's own claims."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from fraud.learning.experiment_run import run_experiment
from fraud.learning.experiment_words import error_sentence
from fraud.learning.experimenting import QUESTIONS, ExperimentNotValid, read_asked, start_experiment
from fraud.learning.models import Experiment


class Command(StruckCommand):
    help = "Learn from what was known some weeks ago, recalibrate on later claims the fit never saw, test on the claims since."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", nargs="?", choices=[*QUESTIONS, Experiment.Kind.MINING])
        parser.add_argument("--run", type=int, help="do the experiment that waits under this number")
        parser.add_argument("--weeks", default="", help="weeks of later claims to test on (default 12)")
        parser.add_argument("--methods", default="", help="such as none,smote,lightgbm (default: all)")
        parser.add_argument(
            "--ratio", default="", help="misuse per genuine claim to resample to (default 0.1)"
        )
        parser.add_argument(
            "--layers", default="", help="widths of the autoencoder's layers (default 24-5-24)"
        )
        parser.add_argument("--depth", default="", help="of the paths, 1 to 4 (default 4)")
        parser.add_argument(
            "--version-of", dest="version", default="", help="model version whose score is followed"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["run"] is not None:
            experiment = Experiment.objects.filter(pk=options["run"], state=Experiment.State.WAITING).first()
            if experiment is None:
                raise CommandError(_("No experiment is waiting under that number."))
        elif options["kind"] is None:
            said = _("Say which kind: %(kinds)s; or --run with a number.")
            raise CommandError(said % {"kinds": ", ".join([*QUESTIONS, Experiment.Kind.MINING])})
        else:
            experiment = self._started(options)
        experiment = run_experiment(experiment)
        if experiment.state == Experiment.State.FAILED:
            raise CommandError(error_sentence(experiment.error))
        self._say(experiment, is_json=options["json"])

    def _started(self, options: dict[str, Any]) -> Experiment:
        methods = [name.strip() for name in options["methods"].split(",") if name.strip()]
        try:
            asked = read_asked(options["kind"], {**options, "methods": methods})
            return start_experiment(asked=asked, by=Actor.system("training"))
        except ExperimentNotValid as error:
            raise CommandError(str(error)) from error

    def _say(self, experiment: Experiment, *, is_json: bool) -> None:
        rows = list(experiment.rows.all())
        if is_json:
            answer = {
                "experiment": experiment.pk,
                "state": experiment.state,
                "counts": experiment.counts,
                "rows": [
                    {
                        "method": row.method,
                        "seconds": row.seconds,
                        "error": error_sentence(row.error),
                        **row.figures,
                    }
                    for row in rows
                ],
                "result": experiment.result,
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
            return
        self.stdout.write(f"experiment {experiment.pk}: {experiment.state}, {experiment.counts}")
        for row in rows:
            told = error_sentence(row.error) or (
                f"average precision {row.figures['average_precision']}  recall at capacity {row.figures['recall_at_seats']}"
                f"  cost per 1,000 {row.figures['cost_per_1000']}  {row.seconds:.1f} s"
            )
            self.stdout.write(f"  {row.method:<10} {told}")
