"""A file's name is only something to show: cleaned here, never a path. Pure."""

from __future__ import annotations

import re
import unicodedata

from cases.evidence.kinds import KINDS

MAX_NAME = 120
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_ENDING = re.compile(r"\.(?=[a-z0-9]*[a-z])[a-z0-9]{1,5}$", re.IGNORECASE)
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def clean_name(name: str) -> str:
    """The last part of a delivered name in NFC, without control and direction signs, trailing dots and spaces.

    Never empty: what has nothing left is called "file". At most 120 characters, the ending kept.
    """
    plain = unicodedata.normalize("NFC", _UNSEEN.sub("", name))
    plain = re.split(r"[\\/]", plain)[-1]
    plain = re.sub(r'[<>:"|?*;]', "_", plain).strip(" .")
    if not plain or plain.strip("_") == "":
        plain = "file"
    if _RESERVED.match(plain):
        plain = f"_{plain}"
    if len(plain) > MAX_NAME:
        stem, dot, ending = plain.rpartition(".")
        keep = f".{ending}" if dot and len(ending) <= 8 else ""
        plain = (stem if keep else plain)[: MAX_NAME - len(keep)].rstrip(" .") + keep
    return plain


def named_as(name: str, kind: str) -> str:
    """A cleaned name with an ending that says what the content is: an ending that says otherwise is replaced, none is completed.

    `kind` is a content type of kinds.py. A dot before a number, as in a date, begins no ending.
    """
    endings = KINDS[kind]
    if _ends_in(name, endings):
        return name
    stem = _ENDING.sub("", name).rstrip(" .") or name
    return stem if _ends_in(stem, endings) else clean_name(f"{stem}.{endings[0]}")


def _ends_in(name: str, endings: tuple[str, ...]) -> bool:
    stem, dot, ending = name.rpartition(".")
    return bool(stem and dot) and ending.lower() in endings
