"""Names: ASCII after NFKC; look-alikes from other alphabets are refused with the character named."""

from __future__ import annotations

import re
import unicodedata

from rules.language.nodes import Position
from rules.language.problems import refuse

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*|[A-Za-z_][A-Za-z0-9_.]*", re.ASCII)
#: Letters of other alphabets that are drawn like Latin ones.
_LOOK_ALIKES = str.maketrans("аеорсухіјѕԁһӏԛԝαονικρτυχЅАВЕКМНОРСТХ", "aeopcyxijsdhlqwaovikptuxSABEKMHOPCTX")


def plain_name(name: str, position: Position) -> str:
    """The name after NFKC. Raises RuleNotValid for other alphabets (a word of another language is told apart from a look-alike) and for double underscores."""
    plain = unicodedata.normalize("NFKC", name)
    if not plain.isascii():
        character = next(letter for letter in plain if not letter.isascii())
        meant = plain.translate(_LOOK_ALIKES)
        hint_en, hint_ko = (f" Write {meant}", f" {meant}(으)로 쓰세요") if meant.isascii() else ("", "")
        if not meant.isascii() and not any(letter.isascii() and letter.isalpha() for letter in plain):
            raise refuse(position, "foreign_word", name=name)
        raise refuse(
            position,
            "not_ascii",
            name=name,
            character=character,
            character_name=unicodedata.name(character, "unnamed"),
            hint_en=hint_en,
            hint_ko=hint_ko,
            instead=meant if meant.isascii() else "",
        )
    if "__" in plain or not _PLAIN.fullmatch(plain):
        raise refuse(position, "dunder", name=name)
    return plain
