"""A worker's parent must be able to import all of this without loading a library that starts threads."""

from __future__ import annotations

import subprocess
import sys


def test_importing_detection_loads_no_machine_learning_library() -> None:
    code = (
        "import sys, fraud.detection.detectors, fraud.detection.scoring, fraud.detection.scoring.reasons, fraud.learning.training, fraud.learning.training.process, fraud.detection.drift,"
        "fraud.learning.evaluation.metrics, fraud.learning.evaluation.comparison, fraud.learning.evaluation.intervals;"
        "print(sorted({'xgboost', 'sklearn', 'pyod', 'torch', 'numba', 'skops', 'scipy', 'django'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
