"""What can go wrong with a detector, each named by its situation."""

from __future__ import annotations


class DetectorFailed(RuntimeError):
    """A detector returned something that is no number; the night stops there and says which detector it was."""

    def __init__(self, detector: str, n_bad: int, n_rows: int) -> None:
        super().__init__(f"detector {detector!r} gave {n_bad} non-finite scores for {n_rows} claims")
        self.detector = detector
        self.n_bad = n_bad
        self.n_rows = n_rows


class DetectorNotFitted(RuntimeError):
    """A detector was asked for scores before it had seen training rows."""


class FeaturesMissing(ValueError):
    """The feature frame lacks columns the detector was trained on; ``missing`` lists them."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(
            f"the feature frame lacks {', '.join(missing)}; build it with fraud.detection.features.build_features"
        )
        self.missing = missing


class ArtefactDamaged(ValueError):
    """A stored detector or model file is not what was written: wrong hash, missing part or unreadable content."""
