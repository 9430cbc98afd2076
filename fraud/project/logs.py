"""Log lines are one JSON object each, with card and resident registration numbers struck out."""

import json
import logging
import re

from audit.redaction import SIGN, redact

#: Django writes a path's other letters as \\uff14 and the like; digits of other scripts are digits all the same.
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|%([0-9A-Fa-f]{2})")
#: What an address writes as %20 and the like, where numbers have it.
_IN_ADDRESSES = frozenset("0123456789 \t-./,:_")


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _struck(record.getMessage()),
        }
        if record.exc_info:
            line["error"] = _struck(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _struck(text: str) -> str:
    return redact(_ESCAPED.sub(_as_digit, text) if "\\" in text or "%" in text else text)


def _as_digit(escaped: re.Match[str]) -> str:
    if escaped[3]:
        sign = chr(int(escaped[3], 16))
        return sign if sign in _IN_ADDRESSES else escaped[0]
    letter = chr(int(escaped[1] or escaped[2], 16))
    # What may stand between digits is written out as well, where it is visible or a space of its own.
    return (
        letter if letter.isdecimal() or (not letter.isascii() and re.fullmatch(SIGN, letter)) else escaped[0]
    )
