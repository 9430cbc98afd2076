"""The starter rules by group: code, name, clause, question, weight and text of each."""

from rules.starter_texts.amounts import AMOUNT_RULES
from rules.starter_texts.merchants import MERCHANT_RULES
from rules.starter_texts.others import CARD_RULES, DOCUMENT_RULES, PEOPLE_RULES
from rules.starter_texts.templates_papers import CARD_TEMPLATES, DOCUMENT_TEMPLATES, PEOPLE_TEMPLATES
from rules.starter_texts.templates_use import (
    AMOUNT_TEMPLATES,
    MERCHANT_TEMPLATES,
    PLACE_TEMPLATES,
    TIME_TEMPLATES,
)
from rules.starter_texts.times import TIME_RULES

__all__ = [
    "AMOUNT_RULES",
    "AMOUNT_TEMPLATES",
    "CARD_RULES",
    "CARD_TEMPLATES",
    "DOCUMENT_RULES",
    "DOCUMENT_TEMPLATES",
    "MERCHANT_RULES",
    "MERCHANT_TEMPLATES",
    "PEOPLE_RULES",
    "PEOPLE_TEMPLATES",
    "PLACE_TEMPLATES",
    "TIME_RULES",
    "TIME_TEMPLATES",
]
