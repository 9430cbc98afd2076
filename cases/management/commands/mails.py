"""`manage.py mails`: mail that has not left, and sending it again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.actor import Actor
from audit.commands import StruckCommand
from cases.models import OutboxMessage
from cases.services.dead_mail import send_again, still_waiting, stuck_mails
from cases.services.errors import CaseworkError


class Command(StruckCommand):
    help = "List mail that is dead or failed three times; with --send-again let the next sweep try it anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--send-again", nargs="*", metavar="KEY", help="these keys, or all without any")

    def handle(self, *args: Any, **options: Any) -> None:
        found, wanted = list(stuck_mails()), options["send_again"]
        unknown = sorted(set(wanted or ()) - {one.key for one in found})
        if unknown:
            raise CommandError(
                _("Not among the mail that has not left: %(keys)s. Run without --send-again for the list.")
                % {"keys": ", ".join(unknown)}
            )
        for one in found:
            self.stdout.write(self._line(one, wanted))
        if not found:
            n = still_waiting()
            waits = ngettext(
                "%(n)s mail leaves with the next sweep", "%(n)s mails leave with the next sweep", n
            )
            self.stdout.write(f"{waits % {'n': n}}." if n else _("Every mail has left."))

    def _line(self, one: OutboxMessage, wanted: list[str] | None) -> str:
        line = f"{one.state:8} {one.created_at:%Y-%m-%d %H:%M} {one.key} {one.error[:100]}"
        if wanted is None or (wanted and one.key not in wanted):
            return line
        try:
            send_again(message=one, by=Actor.system("command"))
        except CaseworkError as error:
            return f"{line}: {error.sentence}"
        return f"{line}: {_('leaves with the next sweep')}"
