"""A condition said as one speaks, in Korean or English → the rule language; only where every word of it is understood."""

from __future__ import annotations

from rules.language.mending.spoken.denying import denies, loses_negation
from rules.language.mending.spoken.reading import Spoken, hear, not_understood, ordered_grade

__all__ = ["Spoken", "denies", "hear", "loses_negation", "not_understood", "ordered_grade"]
