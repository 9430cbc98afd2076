"""Groups of rules: those that ship, each with the company's own name where it gave one, and those the company made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from audit.reading import read_once
from rules.exceptions import ValueNotValid
from rules.models import RuleGroup

OTHER = "other"  # what is in no other group; never retired
#: code → (Korean, English), in the order pages offer them.
SHIPPED: Mapping[str, tuple[str, str]] = {
    "time": ("시간", "Time"),
    "merchant": ("가맹점", "Merchant"),
    "amount": ("금액", "Amount"),
    "place": ("장소", "Place"),
    "document": ("증빙", "Documents"),
    "card": ("카드", "Card"),
    "people": ("사람·세무", "People and tax"),
    OTHER: ("기타", "Other"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """A group by its code, as it is called now."""

    code: str
    name_ko: str
    name_en: str
    is_retired: bool = False

    def name(self, language: str) -> str:
        """What it is called in a language."""
        return self.name_ko if language == "ko" else self.name_en


def rule_groups() -> dict[str, Group]:
    """All groups by code, retired ones too: the shipped ones in their order, then the company's own, what is in none last."""
    return read_once("rule groups", _groups)


def _groups() -> dict[str, Group]:
    own = {
        row.code: Group(row.code, row.name_ko, row.name_en, row.is_retired) for row in RuleGroup.objects.all()
    }
    shipped = {code: own.get(code) or Group(code, *names) for code, names in SHIPPED.items()}
    last = shipped.pop(OTHER)
    return {**shipped, **{code: one for code, one in own.items() if code not in SHIPPED}, OTHER: last}


def company_groups() -> list[Group]:
    """The groups that the company made, renamed or retired, by code."""
    found = rule_groups()
    return sorted(
        (
            one
            for one in found.values()
            if SHIPPED.get(one.code) != (one.name_ko, one.name_en) or one.is_retired
        ),
        key=lambda one: one.code,
    )


def offered_groups() -> list[Group]:
    """The groups a rule may be put into."""
    return [one for one in rule_groups().values() if not one.is_retired]


def group_name(code: str, language: str) -> str:
    """A group in words; a code nobody made a group of stays a code."""
    found = rule_groups().get(code)
    return found.name(language) if found else code


def require_offered_group(code: str) -> None:
    """Raises ValueNotValid for a group that there is not, or that has retired."""
    offered = [one.code for one in offered_groups()]
    if code not in offered:
        raise ValueNotValid(
            reason=_("%(name)s is one of %(known)s.") % {"name": "group", "known": ", ".join(offered)}
        )
