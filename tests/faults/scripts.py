"""What the scenarios let a company do, run in a process of its own: `scripts.<name>(argument)`."""

from __future__ import annotations

import resource
import sys
from datetime import timedelta
from typing import Any


def add_outcomes() -> None:
    """Labels for a training: large claims are misuse, every fifth of the others is none."""
    from audit.actor import Actor
    from fraud.claims.labels import NewLabel, add_labels
    from fraud.claims.models import Claim

    labels = [
        NewLabel(
            one.pk,
            one.amount_minor > 400_000,
            "review",
            one.transacted_at + timedelta(days=5),
            scheme="large",
        )
        for one in Claim.objects.all()
        if one.amount_minor > 400_000 or one.pk % 5 == 0
    ]
    add_labels(labels=labels, by=Actor.system("training"), subject="file:F-1")


def train() -> None:
    """A challenger with two quick detectors."""
    from audit.actor import Actor
    from fraud.learning.rounds import train_challenger
    from fraud.learning.training import TrainingConfig

    train_challenger(
        by=Actor.system("training"), config=TrainingConfig(detectors=("iforest", "ecdf"), min_confirmed=10)
    )


def propose() -> None:
    """The newest challenger is proposed."""
    from fraud.detection.models import ModelVersion
    from fraud.learning.registry import propose_promotion

    people = _people()
    version = ModelVersion.objects.filter(stage="challenger").latest("pk")
    propose_promotion(version=version, reason="finds more", by=people["model_owner"], despite_gates=True)


def promote() -> None:
    """What was proposed is put into service."""
    from fraud.detection.models import ModelVersion
    from fraud.learning.registry import promote_version

    version = ModelVersion.objects.get(stage="proposed")
    promote_version(version=version, reason="agreed", by=_people()["approver"], despite_gates=True)


def _people() -> dict[str, Any]:
    from audit.permissions import Role
    from audit.services import actor_of
    from fraud.claims.models import User
    from tests.cast import make_person

    found = {}
    for name, role, number in (("model_owner", Role.MODEL_OWNER, "X1"), ("approver", Role.APPROVER, "X2")):
        user = User.objects.filter(username=f"some.{name}").first() or make_person(
            f"some.{name}", role, employee_no=number
        )
        found[name] = actor_of(user)
    return found


def write_mails(n: str) -> None:
    """So many mails that wait."""
    from audit.transactions import one_transaction
    from cases.services.outbox import enqueue_notice

    with one_transaction():
        for number in range(int(n)):
            enqueue_notice(
                key=f"test:{number}", to="a@company-a.example", subject=f"mail {number}", body="text"
            )


def mail_server_away(hours: str) -> None:
    """A mail server that refuses connections for so many hours, one sweep a minute of the clock, and takes mail afterwards."""
    from django.conf import settings
    from django.core import mail

    from audit.clock import now
    from cases.models import OutboxMessage
    from cases.services.outbox import send_outbox

    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 5
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    begun, minute, tries = now(), 0, 0
    for minute in range(0, int(hours) * 60):
        tries += send_outbox(now=begun + timedelta(minutes=minute))["failed"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    after = 0
    while OutboxMessage.objects.filter(state="waiting").exists() and after < 600:
        after += 1
        send_outbox(now=begun + timedelta(minutes=minute + after))
    subjects = [one.subject for one in mail.outbox]
    print(len(subjects), len(set(subjects)), tries, after)


def full_disk(most: str, *command: str) -> None:
    """`manage.py command` where no file may grow beyond `most` bytes: writing fails in the middle, as on a full disk."""
    from django.core.management import execute_from_command_line

    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
    execute_from_command_line(["manage.py", *command])


def send_evidence(most: str) -> None:
    """Five files for an open request; prints how many were taken. With a limit none of them fits."""
    from audit.services import actor_of
    from cases.models import Evidence, ExplanationRequest
    from cases.services.errors import StorageFull
    from cases.services.evidence import add_evidence
    from tests.cases.files import picture

    if int(most):
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        import cases.evidence.store as store

        def full(key: str, content: bytes, *, suffix: str = "") -> Any:
            raise OSError(28, "No space left on device")

        store.write = (
            full  # the database shares the limit of a process, so the disk of files alone is full here
        )
    asked = ExplanationRequest.objects.select_related("case__cardholder").filter(state="sent").latest("pk")
    from fraud.claims.models import User

    by = actor_of(User.objects.get(username="dohyun.kim"))
    taken = 0
    for number in range(5):
        try:
            add_evidence(request=asked, name=f"r{number}.png", content=picture(size=(70 + number, 50)), by=by)
            taken += 1
        except StorageFull:
            continue
    print(taken, Evidence.objects.filter(request=asked).count())


def main() -> None:
    """`name argument …` from SCRIPT in the environment."""
    import os

    name, *arguments = os.environ["SCRIPT"].split("\x1f")
    getattr(sys.modules["tests.faults.scripts"], name)(*arguments)
