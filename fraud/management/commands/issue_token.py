"""Give a program a token for the interface."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from audit.permissions import NotPermitted
from fraud.claims.accounts import DAYS, SCOPES, AccountNotValid, issue_token
from fraud.claims.models import User


class Command(StruckCommand):
    help = "Print a new token for the interface (header `Authorization: Token …`), shown this once; the program's old one stops working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--days",
            type=int,
            help=f"how long it is good; as long as the last one where nothing is said, else {DAYS}",
        )
        parser.add_argument(
            "--scope",
            action="append",
            choices=list(SCOPES),
            help="what it may do; as before where nothing is said",
        )
        parser.add_argument(
            "--overlap", type=int, default=0, metavar="HOURS", help="let the old one go on for these hours"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            said = _("There is no active login “%(name)s”; see create_login.")
            raise CommandError(said % {"name": options["username"]})
        asked = {
            "scopes": options["scope"],
            "days": options["days"],
            "overlap": timedelta(hours=max(options["overlap"], 0)),
        }
        try:
            self.stdout.write(issue_token(user=user, by=Actor.system("command"), **asked))
        except NotPermitted:
            said = _("“%(name)s” is a person's login; only programs have tokens (role data_client).")
            raise CommandError(said % {"name": user.username}) from None
        except AccountNotValid as error:
            raise CommandError(str(error)) from None
