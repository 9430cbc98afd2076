"""A worker's parent must be able to import all of this without loading a library that starts threads."""

from __future__ import annotations

import subprocess
import sys


def test_importing_detection_loads_no_machine_learning_library() -> None:
    code = (
        "import sys, fraud.detectors, fraud.scoring, fraud.scoring.reasons, fraud.training, fraud.training.process, fraud.drift,"
        "fraud.evaluation.metrics, fraud.evaluation.comparison, fraud.evaluation.intervals;"
        "print(sorted({'xgboost', 'sklearn', 'pyod', 'torch', 'numba', 'skops', 'scipy', 'django'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
