"""Trees of rules that an earlier process parsed: taken where they are this company's and this program's own, else the text is parsed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fraud.detection.screening import kept_trees
from rules.language import parse
from rules.language.nodes import walk

TEXT = 'amount > 100,000 KRW and merchant.name contains "bar"'


@pytest.fixture
def parsed(settings, tmp_path, monkeypatch) -> list[str]:
    """The texts that were parsed, in a company that has kept nothing yet."""
    told: list[str] = []
    settings.COLUMNS_DIR = tmp_path / "columns"
    monkeypatch.setattr(kept_trees, "parse", lambda text: told.append(text) or parse(text))
    monkeypatch.setattr(kept_trees, "_new", {})
    begin_anew()
    yield told
    begin_anew()


def begin_anew() -> None:
    """What a new process begins with."""
    kept_trees.tree_of.cache_clear()
    kept_trees._known.cache_clear()


def kept(settings) -> Path:
    return Path(settings.COLUMNS_DIR) / "rule-trees.json"


def asked(text: str = TEXT):
    tree = kept_trees.tree_of(text)
    kept_trees.keep_trees()
    begin_anew()
    return tree


def test_the_next_process_parses_nothing_and_has_the_same_tree(parsed):
    first, second = asked(), asked()
    assert parsed == [TEXT]
    assert first == second == parse(TEXT)
    assert [node.position for node in walk(first)] == [node.position for node in walk(second)]


def test_a_further_rule_is_kept_beside_the_first(parsed):
    asked()
    asked("on_leave")
    asked()
    asked("on_leave")
    assert parsed == [TEXT, "on_leave"]


def test_a_tree_that_somebody_changed_is_not_believed(parsed, settings):
    asked()
    path = kept(settings)
    changed = path.read_text().replace("100000", "900000")
    assert changed != path.read_text()
    path.write_text(changed)
    assert asked() == parse(TEXT)
    assert parsed == [TEXT, TEXT]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"trees": 1}'])
def test_a_damaged_file_is_written_anew(parsed, settings, damage):
    asked()
    kept(settings).write_text(damage)
    asked()
    asked()
    assert parsed == [TEXT, TEXT]


def test_trees_of_another_program_or_another_company_are_not_believed(parsed, settings, monkeypatch):
    asked()
    own = kept_trees.language_hash()
    monkeypatch.setattr(kept_trees, "language_hash", lambda: "another")
    asked()
    monkeypatch.setattr(kept_trees, "language_hash", lambda: own)
    asked()
    settings.SECRET_KEY = "another company's"
    asked()
    assert parsed == [TEXT] * 4


def test_a_folder_that_cannot_be_written_costs_only_the_parsing(parsed, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.COLUMNS_DIR = tmp_path / "file" / "columns"
    assert asked() == asked() == parse(TEXT)
    assert parsed == [TEXT, TEXT]


def test_what_is_kept_are_signed_trees_and_no_more(parsed, settings):
    asked()
    assert set(json.loads(kept(settings).read_text())) == {"sign", "language", "trees"}
