"""Create a login with its roles."""

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from audit.permissions import Role
from fraud.claims.logins import (
    NameNotValid,
    NumberNotValid,
    RolesNotCompatible,
    check_employee_no,
    create_login,
    weak_password_sentences,
)
from fraud.claims.models import User


class Command(StruckCommand):
    help = (
        "Create a login. The password is asked for at a terminal; without one (a script, a container) put it into the "
        "environment variable NEW_PASSWORD. Identity is the employee number: it has to be one that is known."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", action="append", required=True, choices=[role.value for role in Role])
        parser.add_argument("--name", default="")
        parser.add_argument("--employee-no", default="", help="ties the login to the person in the claims")
        parser.add_argument(
            "--new-person",
            action="store_true",
            help="the employee number is of somebody without a card, so not known yet",
        )
        parser.add_argument("--email", default="")
        parser.add_argument("--language", default="ko", choices=["ko", "en"])

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(username=options["username"]).exists():
            said = _("There is a login “%(name)s” already; choose another name.")
            raise CommandError(said % {"name": options["username"]})
        is_program = options["role"] == [Role.DATA_CLIENT.value]
        try:
            check_employee_no(
                options["employee_no"], [Role(role) for role in options["role"]], is_new=options["new_person"]
            )
        except NumberNotValid as error:
            raise CommandError(str(error)) from None
        password = "" if is_program else _password()
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
        except (NameNotValid, RolesNotCompatible) as error:
            raise CommandError(str(error)) from None
        told = _("Login “%(name)s” with %(roles)s was created.")
        self.stdout.write(told % {"name": user.username, "roles": ", ".join(sorted(options["role"]))})
        if is_program:
            told = _("It cannot sign in; give it a token: %(command)s")
            self.stdout.write(told % {"command": f"manage.py issue_token {user.username}"})


def _password() -> str:
    """From the environment, or typed at the terminal. Raises CommandError without either."""
    given = os.environ.get("NEW_PASSWORD")
    if given:
        return given
    if not sys.stdin.isatty():
        raise CommandError(
            _(
                "There is no terminal to ask for the password; put it into the environment variable NEW_PASSWORD."
            )
        )
    try:
        return getpass.getpass(_("Password: "))
    except (EOFError, KeyboardInterrupt):
        raise CommandError(_("No password was given; no login was created.")) from None
