"""Lists beside the database say what was written, or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fraud.claims.listed import read_list, write_list

TOLD = {"files": [{"name": "a", "first": "2026-01-01", "rows": 3}], "by": {1: 2, 10: 3, 2: 4}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty one."""
    (tmp_path / "kept").mkdir()
    return tmp_path / "kept"


def test_list_says_what_was_written(folder: Path) -> None:
    write_list(folder / "list.json", TOLD)
    assert read_list(folder / "list.json") == json.loads(json.dumps(TOLD))
    assert [path.name for path in folder.iterdir()] == ["list.json"]


def test_list_of_which_any_sign_is_another_one_is_not_believed(folder: Path) -> None:
    path = folder / "list.json"
    write_list(path, TOLD)
    whole = path.read_bytes()
    believed = []
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            believed.append((at, read_list(path)))
        except ValueError:
            continue
    assert not [at for at, told in believed if told != json.loads(json.dumps(TOLD))]


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", "[" * 100_000, '{"digest": "x"}'])
def test_what_is_no_list_is_not_believed(text: str, folder: Path) -> None:
    (folder / "list.json").write_text(text)
    with pytest.raises(ValueError):
        read_list(folder / "list.json")


def test_list_that_cannot_be_written_leaves_the_one_that_is_there_and_nothing_else(folder: Path) -> None:
    path = folder / "list.json"
    write_list(path, TOLD)

    def full() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="space"):
        write_list(path, {"files": []}, before=full)
    assert read_list(path)["files"] == TOLD["files"]
    assert [each.name for each in folder.iterdir()] == ["list.json"]


def test_what_a_killed_process_left_over_a_list_goes_with_the_next(folder: Path) -> None:
    (folder / "list.json.0badcafe").write_text("{")
    write_list(folder / "list.json", TOLD)
    assert [each.name for each in folder.iterdir()] == ["list.json"]
