"""Measurements refuse what measures nothing before they begin."""

from __future__ import annotations

import importlib

import pytest

from tests.benchmarks import __main__ as door

SIZES = [
    ("night", "--claims"),
    ("normal", "--history"),
    ("normal", "--new"),
    ("growth", "--new"),
    ("workers", "--claims"),
    ("script", "--claims"),
    ("rules", "--claims"),
    ("training", "--claims"),
    ("importing", "--rows"),
    ("queue", "--cases"),
]


@pytest.mark.parametrize("size", ["0", "-5", "1e6", ""])
@pytest.mark.parametrize(("name", "option"), SIZES)
def test_size_that_measures_nothing_is_refused_in_words(
    name: str, option: str, size: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        importlib.import_module(f"tests.benchmarks.{name}").main([f"{option}={size}", "--json"])
    assert left.value.code == 2
    assert f"argument {option}: a whole number from 1 on" in capsys.readouterr().err


def test_tests_of_measurements_are_none_themselves() -> None:
    assert not [name for name in door.NAMES if name.startswith("test_")]
    assert {name for name, _ in SIZES} <= set(door.NAMES)
