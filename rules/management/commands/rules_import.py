"""``manage.py rules_import FILE --by LOGIN [--apply]``: what a rule book would change; with --apply its drafts and proposals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser, OutputWrapper
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from audit.language import current_language
from audit.permissions import NotPermitted
from audit.services import actor_of
from rules.book_text import BookNotValid, decode_book
from rules.exceptions import ReasonNeeded, RuleServiceError
from rules.services.book_bundle import propose_book, steps_of, try_book
from rules.services.book_import import import_book, preview_book
from rules.services.book_takers import BookStep


class Command(StruckCommand):
    help = (
        "Show what a rule book would change; with --apply make the drafts and proposals, in somebody's name."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--by", required=True, help="login of the rule admin in whose name it is done")
        parser.add_argument("--apply", action="store_true", help="make the drafts and proposals")
        parser.add_argument(
            "--as-one", action="store_true", help="one proposal of all of it, which rules_confirm confirms"
        )
        parser.add_argument("--reason", default="", help="why, for whoever approves; --as-one needs it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = decode_book(Path(options["file"]).read_bytes())
        except OSError as error:
            raise CommandError(f"{options['file']}: {error}") from error
        except BookNotValid as error:
            raise CommandError(f"{options['file']}: {error.message(current_language())}") from error
        by = person(options["by"])
        try:
            if options["as_one"]:
                if options["apply"]:
                    change = propose_book(text=text, by=by, reason=options["reason"])
                    said = _("Proposed as rule book %(n)d. Somebody else confirms it.")
                    self.stdout.write(said % {"n": change.pk})
                    steps = steps_of(change)
                else:
                    steps = try_book(text=text, by=by)
            elif options["apply"]:
                steps = import_book(text=text, by=by, reason=options["reason"])
            else:
                steps = preview_book(text=text, by=by)
        except BookNotValid as error:
            raise CommandError(error.message(current_language())) from error
        except ReasonNeeded as error:
            said = _(
                'Say with --reason "…" in at least five characters why: whoever confirms it has to know.'
            )
            raise CommandError(said) from error
        except RuleServiceError as error:
            raise CommandError(str(error)) from error
        except NotPermitted as error:
            said = _("“%(name)s” may not draft and propose rules.")
            raise CommandError(said % {"name": options["by"]}) from error
        write_steps(self.stdout, steps)


def write_steps(out: OutputWrapper, steps: Sequence[BookStep]) -> None:
    """What a book changes, entry by entry, and how many entries it has."""
    for step in steps:
        if step.action != "same" or step.reason:
            out.write(f"{step.action:9} {step.part[:-1]:9} {step.name} {step.reason}".rstrip())
            for warning in step.warnings:
                out.write(f"    ! {warning}")
            for line in step.lines:
                out.write(f"    {line}")
    n_same = sum(step.action == "same" and not step.reason for step in steps)
    told = _("Entries: %(n)s, of them differ: %(differ)s")
    out.write(told % {"n": len(steps), "differ": len(steps) - n_same})


def person(login: str) -> Actor:
    """The login of that name, as who acts. Raises CommandError."""
    user = get_user_model().objects.filter(username=login, is_active=True).first()
    if user is None:
        raise CommandError(_("There is no login “%(name)s”.") % {"name": login})
    return actor_of(user)
