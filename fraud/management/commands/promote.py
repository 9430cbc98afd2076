"""`manage.py promote`: propose a version, put it into service as a second person, return it, or propose to go back."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.commands import StruckCommand
from audit.permissions import NotPermitted
from audit.services import actor_of
from fraud.claims.models import User
from fraud.detection.models import ModelVersion
from fraud.learning.promotion_words import STAGES, evidence_words
from fraud.learning.registry import (
    GatesNotPassed,
    ModelDamaged,
    PromotionNotAllowed,
    promote_version,
    propose_promotion,
    propose_roll_back,
    return_proposal,
)
from fraud.web.refusals import refusal_sentence


class Command(StruckCommand):
    help = "Move a model version: --propose or --roll-back, then --approve by another person; --return."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version", nargs="?", help="reference, such as M-2026-0002")
        step = parser.add_mutually_exclusive_group(required=True)
        for name in ("--propose", "--approve", "--return", "--roll-back"):
            step.add_argument(name, action="store_true", dest=name.strip("-").replace("-", "_"))
        parser.add_argument("--as", dest="username", required=True, help="login that acts; its roles decide")
        parser.add_argument("--reason", required=True)
        parser.add_argument(
            "--despite-gates",
            action="store_true",
            help="propose or promote although conditions are not met; recorded",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(_("There is no login “%(name)s”.") % {"name": options["username"]})
        by, reason = actor_of(user), options["reason"]
        try:
            if options["roll_back"]:
                version = propose_roll_back(reason=reason, by=by)
            else:
                version = _version(options["version"])
                if options["propose"]:
                    version = propose_promotion(
                        version=version, reason=reason, by=by, despite_gates=options["despite_gates"]
                    )
                elif options["return"]:
                    version = return_proposal(version=version, reason=reason, by=by)
                else:
                    version = promote_version(
                        version=version, reason=reason, by=by, despite_gates=options["despite_gates"]
                    )
        except NotPermitted as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal
        except GatesNotPassed as error:
            told = "\n".join(
                [*evidence_words(version), str(error), _("The command confirms it with --despite-gates.")]
            )
            raise CommandError(told) from error
        except (PromotionNotAllowed, ModelDamaged) as error:
            raise CommandError(str(error)) from error
        told = pgettext("promotion", "%(version)s: %(stage)s")
        self.stdout.write(told % {"version": version.reference, "stage": STAGES[version.stage]})
        if version.stage == ModelVersion.Stage.PROPOSED:
            self.stdout.write("\n".join(f"  {said}" for said in evidence_words(version)))


def _version(reference: str | None) -> ModelVersion:
    version = ModelVersion.objects.filter(reference=reference or "").first()
    if version is None:
        raise CommandError(_("There is no model version “%(name)s”.") % {"name": reference or ""})
    return version
