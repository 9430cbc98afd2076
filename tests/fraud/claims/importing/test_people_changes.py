"""A personnel list tells who joined, moved and left, against what was known before it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from audit.models import AuditEvent
from fraud.claims.models import Cardholder

pytestmark = pytest.mark.django_db
HEAD = "사번,성명,부서코드,상급자사번,퇴사일\n"


def deliver(folder: Path, capsys: pytest.CaptureFixture[str], *rows: str) -> dict[str, list[str]]:
    path = folder / "people.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    call_command("import_people", str(path), "--feed", "cardholders", "--json")
    data = json.loads(capsys.readouterr().out)
    return {name: data[name] for name in ("joined", "moved", "left")}


def test_joiners_movers_and_leavers_are_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Cardholder.objects.create(employee_no="E9", is_unassigned=True)  # so far known from claims only
    first = ["E1,김도현,D1,E5,", "E2,박서연,D1,E5,", "E3,이하늘,D2,E5,2026-10-31", "E9,최바다,D2,E5,"]
    assert deliver(tmp_path, capsys, *first) == {
        "joined": ["E1", "E2", "E3", "E9"],
        "moved": [],
        "left": ["E3"],
    }
    assert deliver(tmp_path, capsys, *first) == {"joined": [], "moved": [], "left": []}
    later = ["E1,김도현,D2,E5,", "E2,박서연,,E6,", "E3,이하늘,D2,E5,2026-11-30", "E9,최바다,,,"]
    assert deliver(tmp_path, capsys, *later) == {"joined": [], "moved": ["E1", "E2"], "left": ["E3"]}


def test_the_log_keeps_the_counts_and_no_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(tmp_path, capsys, "E1,김도현,D1,E5,")
    after = AuditEvent.objects.get(action="feed.imported").after
    assert {name: after[name] for name in ("joined", "moved", "left")} == {"joined": 1, "moved": 0, "left": 0}
