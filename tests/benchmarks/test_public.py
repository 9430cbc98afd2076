"""Counts of a public set: rules and SQL agree with what a small file was written to hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import _public_counts
from tests.benchmarks.public import SETS, files_of, main, told

pytestmark = pytest.mark.django_db
#: Two equal payments (repeated), three that together pass 3,000 though none does alone (split), one on a Saturday in a bar, a refund.
ROWS = (
    ("1-1", "2017-06-05", "OFFICE SHOP", "40.00", "5943"),
    ("1-2", "2017-06-05", "OFFICE SHOP", "40.00", "5943"),
    ("1-3", "2017-06-06", "TOOL SHOP", "1200.00", "5200"),
    ("1-4", "2017-06-06", "TOOL SHOP", "1100.00", "5200"),
    ("1-5", "2017-06-06", "TOOL SHOP", "900.00", "5200"),
    ("1-6", "2017-06-10", "CORNER BAR", "55.10", "5813"),
    ("1-7", "2017-06-12", "CORNER BAR", "(55.10)", "5813"),
)


def _written(folder: Path) -> Path:
    names = (
        "Division\tBatch-Transaction ID\tTransaction Date\tCard Posting Dt\tMerchant Name\tTransaction Amt.\tTrx Currency\t"
        "Original Amount\tOriginal Currency\tG/L Account\tG/L Account Description\tCost Centre\tCost Centre Description\t"
        "Merchant Type\tMerchant Type Description\tPurpose"
    )
    lines = [
        f"PARKS\t{no}\t{day}\t{day}\t{merchant}\t{amount}\tCAD\t{amount}\tCAD\t4310\tSupplies\tPK1\tParks one\t{mcc}\tShops\tsupplies"
        for no, day, merchant, amount, mcc in ROWS
    ]
    path = folder / "PCard_201706.csv"
    path.write_text("\n".join([names, *lines, "\t" * 5 + "3280.00" + "\t" * 10]) + "\n", encoding="utf-8")
    return path


def test_the_counts_of_a_small_file_are_those_it_was_written_with(tmp_path: Path, settings) -> None:  # type: ignore[no-untyped-def]
    settings.TIME_ZONE = SETS["toronto"].zone
    found = _public_counts.main("toronto", [str(_written(tmp_path))])
    assert (found["accepted"], found["refused"]) == (7, {"subtotal_row": 1})
    expected = {
        "rows": 7,
        "repeated rows": 2,
        "weekend %": round(100 / 7, 2),
        "split over 3000": 1,
        "split over 5000": 0,
        "split over 10000": 0,
        **{f"mcc {code}": 0 for code in SETS["toronto"].mccs},
        "mcc 5813": 2,
    }
    assert {name: (both["rules"], both["sql"]) for name, both in found["counts"].items()} == {
        name: (n, n) for name, n in expected.items()
    }
    lines = told("toronto", {"files": 1, **found})
    assert "16,382" in next(line for line in lines if "repeated rows" in line)


def test_a_folder_gives_its_tables_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.csv", "a.XLSX", "readme.md"):
        (tmp_path / name).touch()
    assert [file.name for file in files_of(tmp_path)] == ["a.XLSX", "b.csv"]
    (tmp_path / "empty").mkdir()
    assert main(["--toronto", str(tmp_path / "empty")]) == 1
    assert main([]) == 2
