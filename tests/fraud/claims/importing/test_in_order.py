"""Files one after another, the next one read while one is stored: what is stored is what comes of importing them one by one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.actor import Actor
from audit.permissions import NotPermitted
from fraud.claims.importing import in_order
from fraud.claims.importing.in_order import Arrived, import_in_order
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.models import Claim, ClaimFile, ClaimFileReject
from tests.fraud.claims.importing.files import ARRIVED, BY, csv_bytes, deliver, profile, row
from tests.undone import undone_at_the_end

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forked_reading")]
CONTENTS = {
    "a.csv": csv_bytes(*(row(claim_id=f"A-{n}") for n in range(5))),
    "b.csv": csv_bytes(row(claim_id="A-1", amount="77000"), row(claim_id="B-1", amount="many")),
    "c.csv": b"no table at all",
    "d.csv": csv_bytes(row(claim_id="D-1"), row(claim_id="B-1")),
}


@pytest.fixture(autouse=True)
def every_file_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """However small; gives the names of those that are read ahead."""
    read, really = [], in_order.stage_apart
    monkeypatch.setattr(in_order, "WORTH_BYTES", 0)
    monkeypatch.setattr(in_order, "stage_apart", lambda **told: read.append(told["name"]) or really(**told))
    return read


@pytest.fixture
def arrived(tmp_path: Path) -> list[Arrived]:
    for name, content in CONTENTS.items():
        (tmp_path / name).write_bytes(content)
    return [Arrived(tmp_path / name, name, ARRIVED + timedelta(hours=n)) for n, name in enumerate(CONTENTS)]


def what_is_stored() -> tuple[Any, ...]:
    files = ClaimFile.objects.order_by("pk").values_list(
        "name", "state", "error", "n_rows", "totals", "notes"
    )
    claims = Claim.objects.order_by("external_id").values_list("external_id", "amount_minor", "file__name")
    rejects = ClaimFileReject.objects.order_by("file__name", "line").values_list("line", "code", "file__name")
    return tuple(list(rows) for rows in (files, claims, rejects))


def test_files_in_order_store_what_each_by_itself_stores(
    tmp_path: Path, arrived: list[Arrived], every_file_is_worth_it: list[str]
) -> None:
    with undone_at_the_end():
        for one in arrived:
            deliver(tmp_path, CONTENTS[one.name], name=one.name, received_at=one.received_at)
        alone = what_is_stored()
    done = list(import_in_order(files=arrived, profile=profile(), by=BY))
    assert [file.name for file in done] == list(CONTENTS)
    assert what_is_stored() == alone
    assert {state for _, state, *_ in alone[0]} == {"imported", "quarantined"}
    assert every_file_is_worth_it == ["b.csv", "c.csv", "d.csv"]


def test_files_that_were_imported_are_not_read_again_and_one_that_was_refused_is(
    arrived: list[Arrived], every_file_is_worth_it: list[str]
) -> None:
    first = {file.name: file.pk for file in import_in_order(files=arrived, profile=profile(), by=BY)}
    every_file_is_worth_it.clear()
    second = {file.name: file.pk for file in import_in_order(files=arrived, profile=profile(), by=BY)}
    assert {name for name in CONTENTS if first[name] != second[name]} == {"c.csv"}
    assert every_file_is_worth_it == ["c.csv"]


def test_a_reader_that_was_stopped_is_not_missed(
    arrived: list[Arrived], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(**_: Any) -> None:
        raise FileQuarantined("reader_stopped", seconds=1, megabytes=1)

    monkeypatch.setattr(in_order, "stage_apart", stopped)
    states = [file.state for file in import_in_order(files=arrived, profile=profile(), by=BY)]
    assert states == ["imported", "imported", "quarantined", "imported"]


def test_who_may_not_import_imports_nothing(arrived: list[Arrived]) -> None:
    with pytest.raises(NotPermitted):
        list(import_in_order(files=arrived, profile=profile(), by=Actor("somebody", frozenset())))
    assert not ClaimFile.objects.exists()
