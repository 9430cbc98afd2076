"""Anomaly detectors (fitted without labels) and the supervised tree detector.

Every anomaly detector keeps the contract of ``fraud.detection.detectors.base.Detector``. To add one: a module with a subclass, a line in
``DETECTORS``, a test with the same shape as its neighbours, and two labels in ``fraud.detection.scoring.reasons``.
Importing this package loads no machine-learning library; fitting, loading or scoring does.
"""

from __future__ import annotations

import os

from fraud.detection.detectors.autoencoder import AutoencoderDetector
from fraud.detection.detectors.base import Detector
from fraud.detection.detectors.ecdf import TailDetector
from fraud.detection.detectors.errors import (
    ArtefactDamaged,
    DetectorFailed,
    DetectorNotFitted,
    FeaturesMissing,
)
from fraud.detection.detectors.frames import matrix
from fraud.detection.detectors.hbos import HistogramDetector
from fraud.detection.detectors.iforest import IsolationForestDetector
from fraud.detection.detectors.peers import PeerDetector
from fraud.detection.detectors.tree import TreeDetector, TreeSettings

# Before whichever detector imports PyOD first: compiling its loops takes longer than running them once as they are, and
# numba cannot be told later.
os.environ.setdefault("NUMBA_DISABLE_JIT", "1")

#: Every anomaly detector by name, in the order of their columns in the hybrid score.
DETECTORS: dict[str, type[Detector]] = {
    detector.name: detector
    for detector in (
        IsolationForestDetector,
        HistogramDetector,
        TailDetector,
        AutoencoderDetector,
        PeerDetector,
    )
}

__all__ = [
    "DETECTORS",
    "ArtefactDamaged",
    "AutoencoderDetector",
    "Detector",
    "DetectorFailed",
    "DetectorNotFitted",
    "FeaturesMissing",
    "HistogramDetector",
    "IsolationForestDetector",
    "PeerDetector",
    "TailDetector",
    "TreeDetector",
    "TreeSettings",
    "matrix",
]
