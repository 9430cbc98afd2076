"""The starter rules by group: code, name, clause, question, weight and text of each."""

from rules.starter_texts.amounts import AMOUNT_RULES
from rules.starter_texts.merchants import MERCHANT_RULES
from rules.starter_texts.others import CARD_RULES, DOCUMENT_RULES, PEOPLE_RULES
from rules.starter_texts.times import TIME_RULES

__all__ = ["AMOUNT_RULES", "CARD_RULES", "DOCUMENT_RULES", "MERCHANT_RULES", "PEOPLE_RULES", "TIME_RULES"]
