"""What is made once is made once, also where several processes need it at the same moment."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import databases


@pytest.mark.parametrize("name", ["a-model", "tables.sqlite3"])
def test_the_first_makes_it_while_the_others_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(databases, "FOLDER", tmp_path)
    (tmp_path / f"older-{name}").write_text("of other code")
    made: list[Path] = []

    def make(place: Path) -> None:
        made.append(place)
        time.sleep(0.2)
        place.mkdir()
        (place / "whole").touch()

    def need(after: float) -> Path:
        time.sleep(after)
        return databases.made_once(name, make)

    with ThreadPoolExecutor(3) as several:
        kept = set(several.map(need, [0.0, 0.05, 0.1]))
    assert len(made) == len(kept) == 1
    assert [path.name for path in next(iter(kept)).iterdir()] == ["whole"]
    assert not (tmp_path / f"older-{name}").exists()
