"""One calibrated score out of rules, trees and anomaly detectors: explained, kept in files and opened again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import polars as pl

from fraud.detection.scoring.artefacts import Manifest, read_files, write_files
from fraud.detection.scoring.canary import canary_of, check_canary
from fraud.detection.scoring.contributions import Contribution, contributions_of, novelty_of
from fraud.detection.scoring.files import model_parts, model_to_files
from fraud.detection.scoring.hits import Hits, Rules
from fraud.detection.scoring.model import FittedModel

#: File name of the canary claims.
CANARY = "canary.json"


@dataclass(frozen=True)
class HybridModel(FittedModel):
    """A fitted model that says why, and that is the same after it was written and opened again."""

    def explain(
        self, features: pl.DataFrame, hits: Hits, rows: Sequence[int], rules: Rules | None = None
    ) -> list[list[Contribution]]:
        """Contributions to z of the claims at positions ``rows``, largest first; each list sums to the stored z within 1e-4."""
        chosen = np.asarray(rows, dtype=np.int64)
        rules = self._check(features, hits, rules)
        picked, hit = features[chosen], hits[chosen]
        return contributions_of(self, picked, hit, rules, self._parts(picked, hit, rules))

    def novelty_reasons(
        self, features: pl.DataFrame, rows: Sequence[int], *, top: int = 3
    ) -> list[list[Contribution]]:
        """Per claim the features with the least likely values (two-sided -log10 tail), for what no earlier case resembles."""
        return novelty_of(self, features[np.asarray(rows, dtype=np.int64)], top)

    def save(self, folder: Path) -> Manifest:
        """Write all files and a canary into ``folder`` and return name -> SHA-256."""
        return write_files(folder, {**model_to_files(self), CANARY: canary_of(self)})

    @classmethod
    def load(cls, folder: Path, manifest: Mapping[str, str]) -> Self:
        """Open a model whose files still have the manifest's hashes and whose canary still scores the same.

        Raises ArtefactDamaged; no file is parsed before all hashes were compared.
        """
        files = read_files(folder, manifest)
        model = cls(**model_parts(files))
        if CANARY in files:
            check_canary(model, files[CANARY])
        return model
