"""A table says the same on the page and in its file."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.http import Http404
from django.test import RequestFactory

from fraud.web.tables import Column, Table, counted, csv_answer, share

TABLE = Table(
    "kinds",
    [Column("name", "Kind"), Column("n", "Claims", counted), Column("rate", "Rate", share)],
    [{"name": "=1+1", "n": 1234, "rate": 0.12345}, {"name": "", "n": None, "rate": float("nan")}],
    marked=[1],
)


def test_page_rounds_and_the_file_keeps_the_figures():
    first, second = TABLE.cells
    assert [text for text, _ in first["cells"]] == ["=1+1", "1,234", "12.3 %"]
    assert [text for text, _ in second["cells"]] == ["–", "–", "–"]
    assert (first["is_marked"], second["is_marked"]) == (False, True)
    rows = list(csv.reader(io.StringIO(TABLE.csv().removeprefix("\ufeff"))))
    assert rows == [["Kind", "Claims", "Rate"], ["'=1+1", "1234", "0.12345"], ["", "", ""]]


def test_file_is_given_only_where_the_address_asks_for_it():
    ask = RequestFactory()
    assert csv_answer(ask.get("/"), [TABLE]) is None
    answer = csv_answer(ask.get("/?csv=kinds"), [TABLE])
    assert re.search(r'"kinds-\d{8}-\d{4}\.csv"', answer["Content-Disposition"]), "of which moment it is"
    with pytest.raises(Http404):
        csv_answer(ask.get("/?csv=others"), [TABLE])
