"""Model versions: moving one into service with four eyes; one is taken in by ``fraud.learning.registering``.

Every service writes the audit entry in its own transaction. What guards it is in ``fraud.learning.promotion_guards``, opening versions
in ``fraud.detection.model_files``; what callers need of both is re-exported here.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.faults import hit
from audit.permissions import NotPermitted, can, require
from audit.services import record
from audit.transactions import one_transaction
from fraud.detection.model_files import (
    LoadedVersion,
    ModelDamaged,
    NoChampion,
    challenger,
    champion,
    forget_loaded,
    load_version,
    subject_of,
)
from fraud.detection.models import ModelVersion
from fraud.learning.promotion_guards import (
    GatesNotPassed,
    PromotionNotAllowed,
    VersionMoved,
    champion_reference,
    decisive_evaluation,
    failed_gates,
    need_reason,
    need_seen,
    need_somebody_else,
    prove,
    version_seen,
    was_in_service,
)

Stage = ModelVersion.Stage

__all__ = [
    "GatesNotPassed",
    "LoadedVersion",
    "ModelDamaged",
    "NoChampion",
    "PromotionNotAllowed",
    "VersionMoved",
    "challenger",
    "champion",
    "decisive_evaluation",
    "failed_gates",
    "forget_loaded",
    "install_first_version",
    "load_version",
    "need_seen",
    "promote_version",
    "propose_promotion",
    "propose_roll_back",
    "return_proposal",
    "version_seen",
]


@one_transaction()
def install_first_version(*, version: ModelVersion, by: Actor) -> ModelVersion:
    """Put the very first version into service. The system only, and only while no version is or was: there is nothing to compare with."""
    require(by, "fraud.train_model")
    if not by.is_system:
        raise NotPermitted("fraud.promote_version")
    if ModelVersion.objects.filter(stage=Stage.CHAMPION).exists():
        raise PromotionNotAllowed(_("A version is already in service; propose this one for promotion."))
    return _enter_service(version, None, by, _("First version, nothing to compare with."))


@one_transaction()
def propose_promotion(
    *, version: ModelVersion, reason: str, by: Actor, despite_gates: bool = False, seen: str | None = None
) -> ModelVersion:
    """Ask a second person to put a challenger into service.

    Raises NotPermitted, PromotionNotAllowed, GatesNotPassed (unless ``despite_gates``: who proposes against the evidence, or without
    any, says so as whoever promotes does).
    """
    require(by, "fraud.propose_promotion")
    need_reason(reason)
    need_seen(version, seen)
    failed = failed_gates(version)
    if version.stage == Stage.CHALLENGER and failed and not despite_gates:
        raise GatesNotPassed(failed)
    _move(
        version,
        Stage.CHALLENGER,
        Stage.PROPOSED,
        proposed_by=by.username,
        proposed_by_no=by.employee_no,
        proposed_at=clock.now(),
        proposed_reason=reason,
        proposed_over=champion_reference(),
    )
    record(
        action="model.proposed",
        by=by,
        subject=subject_of(version),
        reason=reason,
        after={"stage": Stage.PROPOSED.value, "sha256": version.sha256, "gates": failed},
    )
    return version


@one_transaction()
def return_proposal(
    *, version: ModelVersion, reason: str, by: Actor, seen: str | None = None
) -> ModelVersion:
    """Send a proposal back; the version challenges on, or stays archived where it was a roll-back.

    Raises NotPermitted (also for whoever proposed it), PromotionNotAllowed.
    """
    require(by, "fraud.promote_version")
    need_reason(reason)
    version.refresh_from_db()
    need_somebody_else(version, by)
    need_seen(version, seen)
    before = {"stage": Stage.PROPOSED.value, "proposed_by": version.proposed_by}
    stage = Stage.ARCHIVED if was_in_service(version) else Stage.CHALLENGER
    nobody = {
        "proposed_by": "",
        "proposed_by_no": "",
        "proposed_at": None,
        "proposed_reason": "",
        "proposed_over": None,
    }
    _move(version, Stage.PROPOSED, stage, **nobody)
    record(
        action="model.returned",
        by=by,
        subject=subject_of(version),
        reason=reason,
        before=before,
        after={"stage": stage.value},
    )
    return version


def promote_version(
    *, version: ModelVersion, reason: str, by: Actor, despite_gates: bool = False, seen: str | None = None
) -> ModelVersion:
    """Put a proposed version into service; the champion is archived and remembered for a roll-back.

    A different person from the proposer (also under another login). The files are opened first: a damaged version changes nothing.
    Raises NotPermitted, PromotionNotAllowed, GatesNotPassed (unless ``despite_gates``, which is recorded), ModelDamaged.
    """
    require(by, "fraud.promote_version")
    need_reason(reason)
    version.refresh_from_db()
    if version.stage != Stage.PROPOSED:
        raise PromotionNotAllowed(
            _("Only a proposed version can be promoted; this one is %(stage)s.") % {"stage": version.stage}
        )
    need_somebody_else(version, by)
    need_seen(version, seen)
    failed = failed_gates(version)
    if failed and not despite_gates:
        raise GatesNotPassed(failed)
    prove(version)
    with one_transaction():
        current = ModelVersion.objects.select_for_update().filter(stage=Stage.CHAMPION).first()
        if version.proposed_over is not None and version.proposed_over != champion_reference():
            raise PromotionNotAllowed(
                _(
                    "Another version has come into service since this was proposed. Return it, and compare anew."
                )
            )
        return _enter_service(version, current, by, reason, failed=failed)


@one_transaction()
def propose_roll_back(*, reason: str, by: Actor, over: str = "", seen: str | None = None) -> ModelVersion:
    """Ask a second person to return to the version in service before; until then the present one scores on.

    Approved by `promote_version`, turned down by `return_proposal`. Whoever proposes or approves promotions may ask. `over`: the version
    that was looked at, which has to be the one in service.
    Raises NotPermitted, PromotionNotAllowed.
    """
    if not can(by, "fraud.promote_version"):
        require(by, "fraud.propose_promotion")
    need_reason(reason)
    current = ModelVersion.objects.filter(stage=Stage.CHAMPION).select_related("previous_champion").first()
    if current is None or current.previous_champion is None:
        raise PromotionNotAllowed(_("There is no earlier version to return to."))
    if over and over != current.reference:
        raise PromotionNotAllowed(_("Only the version in service can be rolled back."))
    need_seen(current, seen)
    earlier = current.previous_champion
    _move(
        earlier,
        Stage.ARCHIVED,
        Stage.PROPOSED,
        promoted_by="",  # who promoted it then is in the audit log; this approval is a new one
        proposed_by=by.username,
        proposed_by_no=by.employee_no,
        proposed_at=clock.now(),
        proposed_reason=reason,
        proposed_over=champion_reference(),
    )
    record(
        action="model.roll_back_proposed",
        by=by,
        subject=subject_of(earlier),
        reason=reason,
        before={"champion": current.reference},
        after={"stage": Stage.PROPOSED.value},
    )
    return earlier


def _enter_service(
    version: ModelVersion,
    current: ModelVersion | None,
    by: Actor,
    reason: str,
    failed: list[str] | None = None,
) -> ModelVersion:
    if current is not None:
        _move(current, Stage.CHAMPION, Stage.ARCHIVED)
    before = Stage(version.stage)
    _move(
        version,
        before,
        Stage.CHAMPION,
        promoted_by=by.username,
        promoted_at=clock.now(),
        # Gone back to, it keeps its own predecessor: the version that failed is none to return to.
        previous_champion=version.previous_champion if was_in_service(version) else current,
    )
    record(
        action="model.promoted",
        by=by,
        subject=subject_of(version),
        reason=reason,
        before={"champion": current.reference if current else None, "stage": before.value},
        after={"champion": version.reference, "sha256": version.sha256, "failed_gates": failed or []},
    )
    hit("model.promoted")
    return version


def _move(version: ModelVersion, old: Stage, new: Stage, **values: Any) -> None:
    """Compare and set the stage, so that of two simultaneous moves one wins."""
    if (
        ModelVersion.objects.filter(pk=version.pk, stage=old, sha256=version.sha256).update(
            stage=new, **values
        )
        != 1
    ):
        raise PromotionNotAllowed(
            _("The version is no longer %(stage)s; look at it again.") % {"stage": old.value}
        )
    version.refresh_from_db()
