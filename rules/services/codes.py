"""What a code or name may be that stands in an address: of a rule, a group, a list, a parameter. Asked by the services that make one."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from rules.exceptions import ValueNotValid

#: A rule's code as it is stored; pages and the interface make small letters capital before.
_RULE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,19}", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]+", re.ASCII)
LONGEST_GROUP, LONGEST_NAME = 20, 60


def require_rule_code(code: str) -> None:
    """Raises ValueNotValid for a code that a new rule cannot have. One that is stored already stays as it is."""
    if not _RULE.fullmatch(code):
        said = _(
            "“%(code)s” cannot be a rule's code: write at most 20 letters from A to Z, digits, - and _, beginning with a letter or a digit, such as Z01."
        )
        raise ValueNotValid(reason=said % {"code": code[:20]})


def require_short_name(name: str, longest: int) -> None:
    """Raises ValueNotValid for what a new group, list or parameter cannot be called."""
    if not _NAME.fullmatch(name) or len(name) > longest:
        raise ValueNotValid(
            reason=_(
                "Write the short name in small letters, digits and _, beginning with a letter, such as travel_abroad."
            )
        )
