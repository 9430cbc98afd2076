"""The mail page names what every mail tells: none that the casework can write is "another notice"."""

from __future__ import annotations

import re
from pathlib import Path

from django.utils.translation import override

import cases
from cases.pages.mails import WHAT
from cases.services.mails import MAILS

SERVICES = Path(cases.__file__).parent / "services"
#: The first part of a key as it stands in the source: literal, or the name of a mail.
KEY = re.compile(r"\bkey ?= ?f?\"([a-z_]+\.[a-z_]+)[:\"]")


def test_every_text_and_every_key_that_a_service_writes_has_words() -> None:
    keys = {found for path in SERVICES.rglob("*.py") for found in KEY.findall(path.read_text())}
    assert len(keys) > 12
    assert (keys | set(MAILS)) - set(WHAT) == set()


def test_the_words_are_there_in_both_languages() -> None:
    for words in WHAT.values():
        with override("en"):
            english = str(words)
        with override("ko"):
            assert str(words) != english
