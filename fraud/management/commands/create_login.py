"""Create a login with its roles."""

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from audit.actor import Actor
from audit.permissions import Role
from fraud.claims.logins import RolesNotCompatible, create_login, weak_password_sentences
from fraud.claims.models import User


class Command(BaseCommand):
    help = "Create a login. The password is asked for, or taken from the environment variable NEW_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", action="append", required=True, choices=[role.value for role in Role])
        parser.add_argument("--name", default="")
        parser.add_argument("--employee-no", default="", help="ties the login to the person in the claims")
        parser.add_argument("--email", default="")
        parser.add_argument("--language", default="ko", choices=["ko", "en"])

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(username=options["username"]).exists():
            raise CommandError(f"There is a login {options['username']} already; choose another name.")
        is_program = options["role"] == [Role.DATA_CLIENT.value]
        password = "" if is_program else os.environ.get("NEW_PASSWORD") or getpass.getpass("Password: ")
        try:
            user = create_login(
                username=options["username"],
                password=password,
                roles=[Role(role) for role in options["role"]],
                by=Actor.system("command"),
                name=options["name"],
                employee_no=options["employee_no"],
                email=options["email"],
                language=options["language"],
            )
        except ValidationError as error:
            raise CommandError(weak_password_sentences(error)) from None
        except RolesNotCompatible as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Login {user.username} with {', '.join(sorted(options['role']))} was created.")
        if is_program:
            self.stdout.write(f"It cannot sign in; give it a token: manage.py issue_token {user.username}")
