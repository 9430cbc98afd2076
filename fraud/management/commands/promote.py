"""`manage.py promote`: propose a version, put it into service as a second person, return it, or propose to go back."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.permissions import NotPermitted
from audit.services import actor_of
from fraud.claims.models import User
from fraud.detection.models import ModelVersion
from fraud.learning.registry import (
    ModelDamaged,
    PromotionNotAllowed,
    promote_version,
    propose_promotion,
    propose_roll_back,
    return_proposal,
)


class Command(BaseCommand):
    help = "Move a model version: --propose or --roll-back, then --approve by another person; --return."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version", nargs="?", help="reference, such as M-2026-0002")
        step = parser.add_mutually_exclusive_group(required=True)
        for name in ("--propose", "--approve", "--return", "--roll-back"):
            step.add_argument(name, action="store_true", dest=name.strip("-").replace("-", "_"))
        parser.add_argument("--as", dest="username", required=True, help="login that acts; its roles decide")
        parser.add_argument("--reason", required=True)
        parser.add_argument(
            "--despite-gates", action="store_true", help="promote although gates fail; recorded"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"there is no login {options['username']!r}")
        by, reason = actor_of(user), options["reason"]
        try:
            if options["roll_back"]:
                version = propose_roll_back(reason=reason, by=by)
            else:
                version = _version(options["version"])
                if options["propose"]:
                    version = propose_promotion(version=version, reason=reason, by=by)
                elif options["return"]:
                    version = return_proposal(version=version, reason=reason, by=by)
                else:
                    version = promote_version(
                        version=version, reason=reason, by=by, despite_gates=options["despite_gates"]
                    )
        except NotPermitted as refusal:
            raise CommandError(f"{by.username} may not do this ({refusal.code})") from refusal
        except (PromotionNotAllowed, ModelDamaged) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{version.reference} is {version.stage}")


def _version(reference: str | None) -> ModelVersion:
    version = ModelVersion.objects.filter(reference=reference or "").first()
    if version is None:
        raise CommandError(f"there is no model version {reference!r}")
    return version
