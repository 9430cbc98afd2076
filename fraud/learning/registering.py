"""Taking a trained model into the registry: files copied, opened from the copy, and only then a version."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from audit import clock
from audit.actor import Actor
from audit.faults import hit
from audit.permissions import require
from audit.services import record
from audit.transactions import one_transaction
from fraud.detection.detectors.errors import ArtefactDamaged
from fraud.detection.model_files import MANIFEST, ModelDamaged, subject_of
from fraud.detection.models import ModelVersion
from fraud.detection.scoring.artefacts import digest
from fraud.detection.scoring.hybrid import HybridModel


def register_version(
    *,
    folder: Path,
    manifest: Mapping[str, str],
    card: Mapping[str, Any],
    by: Actor,
    label_cut_off_at: datetime | None = None,
) -> ModelVersion:
    """Take a trained model's files (``HybridModel.save`` or ``train_in_process``) into the registry as a challenger.

    The files are copied, opened from the copy and only then registered. Raises NotPermitted, ModelDamaged.
    """
    require(by, "fraud.train_model")
    models = Path(settings.MODELS_DIR)
    models.mkdir(parents=True, exist_ok=True)
    text = json.dumps(dict(manifest), indent=1, sort_keys=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".incoming-") as name:
        incoming = Path(name) / "model"
        incoming.mkdir()
        for file in manifest:
            shutil.copyfile(folder / file, incoming / file)
        (incoming / MANIFEST).write_text(text, encoding="utf-8")
        try:
            model = HybridModel.load(incoming, manifest)
        except ArtefactDamaged as error:
            raise ModelDamaged(str(folder.name), str(error)) from error
        return _register(incoming, digest(text.encode()), model, card, by, label_cut_off_at)


@one_transaction()
def _register(
    incoming: Path,
    sha256: str,
    model: HybridModel,
    card: Mapping[str, Any],
    by: Actor,
    cut_off: datetime | None,
) -> ModelVersion:
    reference = _next_reference()
    version = ModelVersion.objects.create(
        reference=reference,
        folder=reference,
        sha256=sha256,
        card=dict(card),
        n_confirmed=model.n_confirmed,
        is_calibrated=model.is_calibrated,
        label_cut_off_at=cut_off
        or (datetime.fromisoformat(card["cut_off"]) if card.get("cut_off") else None),
        created_by=by.username,
    )
    record(
        action="model.trained",
        by=by,
        subject=subject_of(version),
        after={"sha256": sha256, "n_confirmed": model.n_confirmed, "is_calibrated": model.is_calibrated},
    )
    place = Path(settings.MODELS_DIR) / reference
    if place.exists():  # left by a process that was killed before its row was stored: no row names it
        shutil.rmtree(place)
    incoming.rename(place)
    hit("model.placed")
    return version


def _next_reference() -> str:
    """``M-<year>-<number>``, counting within the year."""
    start = f"M-{clock.today().year}-"
    last = ModelVersion.objects.filter(reference__startswith=start).order_by("-reference").first()
    return f"{start}{(int(last.reference.rsplit('-', 1)[1]) if last else 0) + 1:04d}"
