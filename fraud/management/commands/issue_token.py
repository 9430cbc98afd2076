"""Give a login a token for the interface."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.actor import Actor
from fraud.claims.logins import issue_token
from fraud.claims.models import User


class Command(BaseCommand):
    help = "Print a new token for the interface (header `Authorization: Token …`); the login's old one stops working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active login {options['username']}; see create_login.")
        self.stdout.write(issue_token(user=user, by=Actor.system("command")))
