"""A condition said as one speaks, in Korean or English → the rule language; only where every word of it is understood."""

from __future__ import annotations

from rules.language.mending.spoken.denying import loses_negation, reaches_far
from rules.language.mending.spoken.grades import ordered_grade
from rules.language.mending.spoken.line import Spoken
from rules.language.mending.spoken.reading import hear, not_understood, stuck_at

__all__ = ["Spoken", "hear", "loses_negation", "not_understood", "ordered_grade", "reaches_far", "stuck_at"]
