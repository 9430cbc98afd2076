"""A night's selection: which scored claims become cases, within the reviewers' seats. Pure, knows no database."""

from cases.selection.choosing import population_of, select_alerts
from cases.selection.hope import HITS, lifted_by_unproven
from cases.selection.terms import (
    LIKELY,
    POPULATION,
    RARE,
    SCORED,
    UNUSUAL_FROM,
    Bundle,
    OpenCase,
    Seats,
    Selection,
    adapted_novelty,
    rare_share,
)

__all__ = [
    "HITS",
    "LIKELY",
    "POPULATION",
    "RARE",
    "SCORED",
    "UNUSUAL_FROM",
    "Bundle",
    "OpenCase",
    "Seats",
    "Selection",
    "adapted_novelty",
    "lifted_by_unproven",
    "population_of",
    "rare_share",
    "select_alerts",
]
