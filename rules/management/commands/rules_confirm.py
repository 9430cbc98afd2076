"""``manage.py rules_confirm NUMBER --by LOGIN [--return REASON]``: the second person's decision about a rule book that was proposed as one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from audit.commands import StruckCommand
from audit.permissions import NotPermitted
from rules.exceptions import RuleServiceError
from rules.management.commands.rules_import import person, write_steps
from rules.models import BookChange
from rules.services.book_bundle import confirm_book, return_book, steps_of


class Command(StruckCommand):
    help = "Confirm all of a rule book that somebody else proposed as one, or return it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="the number rules_import told")
        parser.add_argument("--by", required=True, help="login of the approver in whose name it is done")
        parser.add_argument("--return", dest="why_not", default="", help="return it, and why")

    def handle(self, *args: Any, **options: Any) -> None:
        change = BookChange.objects.filter(pk=options["number"]).first()
        if change is None:
            raise CommandError(_("There is no rule book %(n)d.") % {"n": options["number"]})
        by = person(options["by"])
        try:
            if options["why_not"]:
                return_book(change=change, by=by, reason=options["why_not"])
            else:
                write_steps(self.stdout, steps_of(confirm_book(change=change, by=by)))
        except RuleServiceError as error:
            raise CommandError(str(error)) from error
        except NotPermitted as error:
            said = _("“%(name)s” may not decide this: an approver who did not propose it may.")
            raise CommandError(said % {"name": options["by"]}) from error
