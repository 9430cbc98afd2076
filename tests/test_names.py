"""Each amount, state and step has one name a language, that of docs/glossary.md, and texts use no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from cases.actions.casework import CASE_ACTIONS
from cases.pages.words import OWN_WORDS, STATES, TOLD_LABELS, TOLD_WORDS
from cases.services.amount_words import AMOUNTS, OWN_AMOUNTS
from cases.services.money_told import Kind
from fraud.web.commands import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
#: Words that files of others bring, typed or delivered: they are read, not said.
READ_NOT_SAID = (
    "fraud/claims/importing/parsing/",
    "fraud/claims/importing/feeds/",
    "fraud/demo/",
    "cases/demo/",
    "cases/statements/columns.py",
    "rules/language/mending/",
)
#: What people are written by mail and letter, formally.
LETTERS = (
    "cases/services/mail_defaults.py",
    "cases/services/notice_defaults.py",
    "cases/services/request_words.py",
    "cases/pages/mail_texts.py",
    "cases/dispositions.py",
    "rules/starter_texts/",
    "rules/starter_policy.py",
)


def rows_of(heading: str) -> list[list[str]]:
    """The rows of the glossary's table under a heading, cell by cell."""
    part = GLOSSARY.split(f"\n### {heading}\n", 1)[1].split("\n### ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


AMOUNT_ROWS, STATE_ROWS, STEP_ROWS = rows_of("Amounts"), rows_of("States of a case"), rows_of("Steps")
SECOND_NAMES = sorted(
    {
        name.strip()
        for row in (*AMOUNT_ROWS, *STATE_ROWS, *STEP_ROWS, *rows_of("Other words"))
        for name in row[-1].split(",")
        if name.strip()
    }
)


def in_language(words: dict[str, object], language: str) -> dict[str, str]:
    """A table of words in a language."""
    with translation.override(language):
        return {str(code): str(word) for code, word in words.items()}


def korean_texts() -> Iterator[tuple[str, str]]:
    """(place, text) of everything Korean the program says: translations, and literals of the code."""
    for file in ROOT.glob("*/locale/ko/LC_MESSAGES/django.po"):
        place = str(file.relative_to(ROOT))
        for entry in file.read_text(encoding="utf-8").split("\n\n"):
            if "#~" not in entry:
                for found in re.finditer(r'^msgstr(?:\[\d\])? (".*"(?:\n".*")*)', entry, flags=re.M):
                    yield place, "".join(ast.literal_eval(line) for line in found[1].splitlines())
    for app in ("audit", "rules", "fraud", "cases"):
        for file in (ROOT / app).rglob("*.py"):
            place, source = str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")
            if not place.startswith(READ_NOT_SAID) and re.search("[가-힣]", source):
                for node in ast.walk(ast.parse(source)):
                    said = node.value if isinstance(node, ast.Constant) else None
                    if isinstance(said, str) and re.search("[가-힣]", said):
                        yield place, said


TEXTS = list(korean_texts())


def uses(text: str, name: str) -> bool:
    """Whether the text has the name, beginning a word of its own."""
    return re.search(rf"(?<![가-힣]){re.escape(name)}", text) is not None


def test_each_amount_is_called_as_the_glossary_calls_it() -> None:
    staff = {row[0]: (row[1], row[2]) for row in AMOUNT_ROWS}
    own = {row[0]: (row[3], row[4]) for row in AMOUNT_ROWS if row[4]}
    for words, told in ((AMOUNTS, staff), (OWN_AMOUNTS, own)):
        english, korean = in_language(words, "en"), in_language(words, "ko")
        assert {code: (english[code], korean[code]) for code in english} == told


def test_a_list_names_an_amount_as_its_heading_does() -> None:
    heads, beside, own = (
        in_language(TOLD_LABELS, "ko"),
        in_language(TOLD_WORDS, "ko"),
        in_language(OWN_WORDS, "ko"),
    )
    assert {kind: heads[kind] for kind in beside if kind != Kind.NOTHING} == {
        kind: word for kind, word in beside.items() if kind != Kind.NOTHING
    }
    named = in_language(OWN_AMOUNTS, "ko")
    codes = {"decided": "due", "open": "outstanding", "repaid": "recovered", "written_off": "written_off"}
    assert {kind: own[kind] for kind in codes} == {kind: named[code] for kind, code in codes.items()}


def test_each_state_is_called_as_the_glossary_calls_it() -> None:
    words = {str(state): word for state, (word, _meaning) in STATES.items()}
    english, korean = in_language(words, "en"), in_language(words, "ko")
    assert {row[0]: (row[1], row[2]) for row in STATE_ROWS} == {
        code: (english[code], korean[code]) for code in english
    }


def test_a_step_is_called_the_same_on_its_button_in_the_help_and_in_the_palette() -> None:
    labels = {row.name: row for row in CASE_ACTIONS.values()}
    by_key = {command.key: command for command in COMMANDS}
    for name, english, korean, _not in STEP_ROWS:
        for language, word in (("en", english), ("ko", korean)):
            with translation.override(language):
                if name == "undo":
                    assert word.casefold() in str(by_key["u"].label)
                    assert translation.gettext("Undo") == word
                    continue
                assert str(labels[name].label) == word
                assert str(by_key[labels[name].key].label).casefold() == word.casefold()


@pytest.mark.parametrize("name", SECOND_NAMES)
def test_no_text_has_a_second_name(name: str) -> None:
    assert [(place, text[:120]) for place, text in TEXTS if uses(text, name)] == []


def test_a_second_name_would_be_found() -> None:
    assert uses("남은 금액(미환수) 3건", "미환수")
    assert not uses("남은 환수액 3건", "미환수")
    assert len(SECOND_NAMES) > 40
    assert len(TEXTS) > 5_000


def test_translations_leave_no_particle_open() -> None:
    open_forms = re.compile(r"(은\(는\)|이\(가\)|을\(를\)|과\(와\)|와\(과\)|\(으\)로|\(이\)라)")
    assert [(place, text) for place, text in TEXTS if place.endswith(".po") and open_forms.search(text)] == []


def test_pages_speak_in_one_form_and_letters_in_the_formal_one() -> None:
    assert [
        (place, text) for place, text in TEXTS if "십시오" in text and not place.startswith(LETTERS)
    ] == []


def test_a_counter_stands_close_to_its_number() -> None:
    apart = re.compile(r"%\((?:n|count|n_\w+)\)[sd] (?:건|명|개|회|통|쪽|자|밤|번|분|초|시간)(?![가-힣])")
    assert [(place, text) for place, text in TEXTS if apart.search(text)] == []


def test_no_other_catalogue_stands_before_ours() -> None:
    """A short word without a context may be said by Django or a library in another way than by us."""
    shadowed = []
    with translation.override("ko"):
        for file in ROOT.glob("*/locale/ko/LC_MESSAGES/django.po"):
            for entry in file.read_text(encoding="utf-8").split("\n\n"):
                found = re.search(r'^(?:msgctxt (".*")\n)?msgid (".+")\nmsgstr (".+")$', entry, flags=re.M)
                if found and "#~" not in entry:
                    context, msgid, said = (ast.literal_eval(part or '""') for part in found.groups())
                    now = translation.pgettext(context, msgid) if context else translation.gettext(msgid)
                    shadowed += [(context, msgid, said, now)] * (now != said)
    assert shadowed == []


def test_a_particle_in_one_form_follows_only_values_that_end_the_same_way() -> None:
    """A day (…일), a percentage (…%) and a code of a currency; every other value has a noun behind it."""
    fixed = re.compile(
        r"(?:%\((\w+)\)[sd]|\{(\w+)\})[”’\"]?(?:을|를|은|는|이|가|과|와|로|으로|이라는|라는)(?=[\s,.])"
    )
    followed = {found[1] for place, text in TEXTS if place.endswith(".po") for found in fixed.finditer(text)}
    assert followed <= {"upper", "p", "day", "currency"}
