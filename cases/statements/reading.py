"""A bank's file by what it holds: XML is camt, fields in colons are MT940."""

from __future__ import annotations

import re

from cases.statements.camt import read_camt
from cases.statements.entries import Statement, StatementNotValid
from cases.statements.mt940 import read_mt940

_XML = re.compile(rb"\s*(\xef\xbb\xbf)?\s*<")
_SWIFT = re.compile(rb"(^|\n)\s*(\{1:.*)?:20:", re.DOTALL)
_HEAD = 4096


def is_statement(content: bytes) -> bool:
    """Whether the bytes look like a bank's own statement rather than a table."""
    return bool(_XML.match(content)) or bool(_SWIFT.search(content[:_HEAD]))


def read_statements(content: bytes) -> list[Statement]:
    """The statements of a camt.053, camt.054 or MT940 file, each meeting its closing balance. Raises StatementNotValid."""
    if _XML.match(content):
        return read_camt(content)
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return read_mt940(content.decode(encoding).replace("\r\n", "\n"))
        except UnicodeDecodeError:
            continue
    raise StatementNotValid("not_a_statement")
