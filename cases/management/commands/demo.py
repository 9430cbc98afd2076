"""`manage.py demo`: build the demo company once; called again, it prints the logins."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from audit.commands import StruckCommand
from cases.demo.company import build_demo, is_built, is_open, login_lines
from cases.demo.plan import new_plan, read_plan
from fraud.claims.models import Claim
from fraud.demo.options import DEFAULT_SEED

MOST_NIGHTS = 20


class Command(StruckCommand):
    help = (
        "Build Company A, the demo company, or finish building it; prints the logins. Its data are invented."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another seed, another company")
        parser.add_argument("--small", action="store_true", help="200 employees and six months")
        parser.add_argument("--nights", type=int, default=3, help="how many of the last nights are screened")

        parser.add_argument(
            "--until-open",
            action="store_true",
            help="end when the pages can be opened; the next call does the rest",
        )
        parser.add_argument(
            "--migrate", action="store_true", help="first bring the tables of the database up to date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["nights"] <= MOST_NIGHTS:
            raise CommandError(
                _("--nights takes 1 to %(most)s, not %(n)s.") % {"most": MOST_NIGHTS, "n": options["nights"]}
            )
        if options["migrate"]:
            call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        plan = read_plan()
        if plan is None:
            if Claim.objects.exists():
                raise CommandError(
                    _("There are claims in this database already; the demo needs an empty one.")
                )
            plan = new_plan(seed=options["seed"], nights=options["nights"], is_small=options["small"])
        if is_built() or (options["until_open"] and is_open()):
            self.stdout.write(_("The demo company is there already."))
        else:
            started = time.monotonic()
            plan = build_demo(plan=plan, say=self._say, until_open=options["until_open"])
            told = _("The demo company is ready after %(n)s s.")
            self.stdout.write(told % {"n": f"{time.monotonic() - started:.0f}"})
        self.stdout.write("\n".join(login_lines(plan)))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
