"""``manage.py install_starter_rules``: put the starter rules, lists, parameters and example policy in place; safe to repeat."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from rules.services import install_starter_rules


class Command(StruckCommand):
    help = "Install the starter rules, value lists, parameters and example paragraphs that are not there yet."

    def handle(self, *args: Any, **options: Any) -> None:
        installed = install_starter_rules(by=Actor.system("install"))
        told = _(
            "Added: rules %(rules)s, lists %(lists)s, parameters %(parameters)s, example paragraphs of the policy %(paragraphs)s"
        )
        figures = {name: getattr(installed, name) for name in ("rules", "lists", "parameters", "paragraphs")}
        self.stdout.write(told % figures)
