"""The demo company: a seeded generator of people, shops, claims, misuse and past outcomes. No Django in here."""

from fraud.demo.company import DemoCompany, generate_company
from fraud.demo.options import CompanyOptions, DemoOptionsNotValid
from fraud.demo.schemes import SCHEME_CODES, SCHEMES

__all__ = [
    "SCHEMES",
    "SCHEME_CODES",
    "CompanyOptions",
    "DemoCompany",
    "DemoOptionsNotValid",
    "generate_company",
]
