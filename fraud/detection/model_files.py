"""Opening model versions with proof, and which one scores.

Files lie under ``MODELS_DIR/<folder>/``. The row keeps the SHA-256 of ``manifest.json``, the manifest keeps the SHA-256 of every file,
and nothing is parsed before both agree. A loaded model is kept per process; a process that forks loads after the fork.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.models import AuditEvent
from audit.services import record
from audit.transactions import one_transaction
from fraud.detection.detectors.errors import ArtefactDamaged
from fraud.detection.models import ModelVersion
from fraud.detection.scoring.artefacts import digest, read_files
from fraud.detection.scoring.hybrid import HybridModel

log = logging.getLogger(__name__)
MANIFEST = "manifest.json"
#: Models kept open per process: champion, challenger and the one before.
_KEPT = 3
_loaded: dict[tuple[int, str], HybridModel] = {}
#: Version, its hash, its files and the time → what is wrong with them.
_checked: dict[tuple[object, ...], str] = {}
_CHECKED_SECONDS = 600
_lock = threading.Lock()

Stage = ModelVersion.Stage


class ModelDamaged(RuntimeError):
    """A version's files are missing, changed or score their canary differently; it must not score anything."""

    def __init__(self, reference: str, why: str) -> None:
        super().__init__(f"{reference}: {why}")
        self.reference = reference
        self.why = why


class NoChampion(RuntimeError):
    """No version is in service."""


@dataclass(frozen=True)
class LoadedVersion:
    """A version and its open model; ``is_fallback`` when the champion was damaged and its predecessor stands in."""

    version: ModelVersion
    model: HybridModel
    is_fallback: bool = False


def load_version(version: ModelVersion) -> HybridModel:
    """The version's model, opened once per process. Raises ModelDamaged."""
    key = (version.pk, version.sha256)
    with _lock:
        if key not in _loaded:
            model = _open(version)
            while len(_loaded) >= _KEPT:
                _loaded.pop(next(iter(_loaded)))
            _loaded[key] = model
        return _loaded[key]


def forget_loaded() -> None:
    """Close every model this process keeps (tests, and after a restore of the files)."""
    with _lock:
        _loaded.clear()
        _checked.clear()


def champion() -> LoadedVersion:
    """The version in service, or its nearest undamaged predecessor. Raises NoChampion, or ModelDamaged when none can be opened.

    A damaged file is recorded in the version's audit chain once and never opened.
    """
    first = version = ModelVersion.objects.filter(stage=Stage.CHAMPION).first()
    if version is None:
        raise NoChampion(_("No model version is in service yet; train one and promote it."))
    damage: ModelDamaged | None = None
    while version is not None:
        try:
            return LoadedVersion(version, load_version(version), is_fallback=version != first)
        except ModelDamaged as error:
            report_damage(version, error)
            damage, version = damage or error, version.previous_champion
    assert damage is not None
    raise damage


def challenger() -> LoadedVersion | None:
    """The version scoring in shadow: the newest proposed or challenging one that opens; None without one."""
    for version in ModelVersion.objects.filter(stage__in=(Stage.PROPOSED, Stage.CHALLENGER))[:_KEPT]:
        try:
            return LoadedVersion(version, load_version(version))
        except ModelDamaged as error:
            report_damage(version, error)
    return None


def damage_of(version: ModelVersion) -> str:
    """What is wrong with the version's files, "" for nothing: every hash is compared, at most ten minutes ago, and nothing is opened."""
    folder = Path(settings.MODELS_DIR) / version.folder
    key = (version.pk, version.sha256, _signature(folder), int(time.monotonic() // _CHECKED_SECONDS))
    with _lock:
        if key not in _checked:
            while len(_checked) >= _KEPT:
                _checked.pop(next(iter(_checked)))
            try:
                read_files(folder, _manifest(folder, version))
                _checked[key] = ""
            except (ArtefactDamaged, OSError, ValueError) as error:
                _checked[key] = str(error)
        return _checked[key]


def _signature(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of the files: as long as they stay, so most likely does their content."""
    try:
        return tuple(sorted((p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in folder.iterdir()))
    except OSError:
        return ()


def _manifest(folder: Path, version: ModelVersion) -> dict[str, str]:
    content = (folder / MANIFEST).read_bytes()
    if digest(content) != version.sha256:
        raise ArtefactDamaged(f"{MANIFEST} is not the file that was registered (SHA-256 differs)")
    found: dict[str, str] = json.loads(content)
    return found


def _open(version: ModelVersion) -> HybridModel:
    folder = Path(settings.MODELS_DIR) / version.folder
    try:
        return HybridModel.load(folder, _manifest(folder, version))
    except (ArtefactDamaged, OSError) as error:
        raise ModelDamaged(version.reference, str(error)) from error


def report_damage(version: ModelVersion, error: ModelDamaged) -> None:
    """Say it in the log every time, in the audit chain once per version and cause."""
    log.error("model.damaged", extra={"reference": version.reference, "why": error.why})
    subject = subject_of(version)
    if not AuditEvent.objects.filter(subject=subject, action="model.damaged", reason=error.why).exists():
        with one_transaction():
            record(action="model.damaged", by=Actor.system("registry"), subject=subject, reason=error.why)


def subject_of(version: ModelVersion) -> str:
    """The version's audit chain."""
    return f"model:{version.reference}"
