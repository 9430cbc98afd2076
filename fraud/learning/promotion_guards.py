"""What guards a promotion: what has to hold of a version, of the reason and of who acts, and what a refusal says."""

from __future__ import annotations

from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.people import require_second_person
from audit.services import people_behind
from fraud.detection.model_files import ModelDamaged, forget_loaded, load_version, report_damage
from fraud.detection.models import ModelVersion
from fraud.learning.gate_words import GATES
from fraud.learning.models import Evaluation

Stage = ModelVersion.Stage


class PromotionNotAllowed(ValueError):
    """The version is not in a stage from which this move is possible; the message says which stage would be right."""

    code = "promotion_not_allowed"
    status = 409
    details = None

    @property
    def sentence(self) -> str:
        """What the interface answers, in the reader's language."""
        return str(self)


class GatesNotPassed(PromotionNotAllowed):
    """The latest comparison fails gates (or there is none); ``failed`` names them."""

    code = "gates_not_passed"

    def __init__(self, failed: list[str]) -> None:
        super().__init__(
            _("Not met: %(gates)s. To go on anyway, say why and confirm that conditions are not met.")
            % {"gates": ", ".join(str(GATES.get(name, name)) for name in failed)}
        )
        self.failed = failed

    @property
    def details(self) -> dict[str, list[str]]:  # type: ignore[override]
        """The conditions by name."""
        return {"gates": self.failed}


class VersionMoved(PromotionNotAllowed):
    """The version, or the comparison that decides about it, is no longer what was looked at."""

    code = "version_moved"

    def __init__(self) -> None:
        super().__init__(_("The version or its comparison has changed since it was read. Look at it again."))


def champion_reference(*, without: ModelVersion | None = None) -> str:
    """The version in service, empty for none, or where it is the one of `without`."""
    rows = ModelVersion.objects.filter(stage=Stage.CHAMPION)
    if without is not None:
        rows = rows.exclude(pk=without.pk)
    return rows.values_list("reference", flat=True).first() or ""


def decisive_evaluation(version: ModelVersion) -> Evaluation | None:
    """The comparison on later claims that decides about a promotion; None while there is none whose conditions were judged."""
    latest = Evaluation.objects.filter(model_version=version, trained_again_at=None).first()
    return latest if latest is not None and latest.gates else None


def was_in_service(version: ModelVersion) -> bool:
    """Whether the version scored before; proposing it again is a roll-back."""
    return version.promoted_at is not None


def failed_gates(version: ModelVersion) -> list[str]:
    """Names of the gates that do not hold in the latest comparison; ``not_compared`` without one against a champion.

    None for a version that was in service before: it is known, and has to come back when its successor fails.
    """
    if was_in_service(version):
        return []
    if not champion_reference(without=version):
        return []
    latest = decisive_evaluation(version)
    if latest is None:
        return ["not_compared"]
    return [str(gate.get("gate")) for gate in latest.gates if not gate.get("holds")]


def version_seen(version: ModelVersion) -> str:
    """What a page or program has seen of a version: its stage and the comparison that decides about it, `proposed-12`."""
    decisive = decisive_evaluation(version)
    return f"{version.stage}-{decisive.pk if decisive else 0}"


def need_seen(version: ModelVersion, seen: str | None) -> None:
    """That the version is what was looked at. Raises VersionMoved. None for who has just read it."""
    if seen is not None and seen != version_seen(version):
        raise VersionMoved


def need_somebody_else(version: ModelVersion, by: Actor) -> None:
    """Raises NotPermitted for whoever proposed the version, under whatever login."""
    if version.proposed_by:
        earlier = people_behind([version.proposed_by], employee_no=version.proposed_by_no)
        require_second_person(by, earlier, "fraud.promote_version")


def need_reason(reason: str) -> None:
    """That something was written. Raises PromotionNotAllowed."""
    if not reason.strip():
        raise PromotionNotAllowed(_("Write why: the reason is kept with the decision."))


def prove(version: ModelVersion) -> None:
    """Open the files as they lie there now, not as this process remembers them; damage is reported and raised."""
    forget_loaded()
    try:
        load_version(version)
    except ModelDamaged as error:
        report_damage(version, error)
        raise
