"""The export of scores: what a line says, what is left out, and its trace, by page, interface and command."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from rest_framework.test import APIClient

from audit import clock
from audit.models import AuditEvent
from cases.models import Case, HeldBack
from fraud.claims.models import Claim
from tests.cast import Cast, make_alert, make_case, make_cast, make_claim, make_run, make_score, put_case

pytestmark = pytest.mark.django_db
PAGE = "cases:export-scores"
NIGHT = date(2026, 11, 10)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def run(cast: Cast) -> Any:
    """A night over five claims: one opened, one that joined, one held back, one drawn blind, one of the model owner's approving."""
    run = make_run(business_date=NIGHT, settings_used={"alert_threshold": 0.05}, rule_set_hash="abc")
    other = make_run(business_date=date(2026, 11, 11))
    people = cast.stranger_record
    claims = {
        name: make_claim(external_id=name, cardholder=people, approver_no="E1007" if name == "own" else "")
        for name in ("opened", "joined", "held", "blind", "own", "=plain")
    }
    for claim in claims.values():
        make_score(claim=claim, run=run, hybrid_probability=0.4, queue_probability=0.41)
    make_score(claim=claims["held"], run=other, is_calibrated=False, band="low")
    make_case(claims=[claims["opened"]], run=run)
    make_alert(
        case=make_case(claims=[make_claim(cardholder=people)], run=other),
        claim=claims["joined"],
        run=run,
        channel="rule",
    )
    make_case(claims=[claims["blind"]], run=run, drawn_blind=True, source=Case.Source.CONTROL_SAMPLE)
    HeldBack.objects.create(
        claim=claims["held"],
        run=run,
        last_run=other,
        why="capacity",
        pattern="A04",
        expected_loss_minor=1,
        since=clock.now(),
    )
    return run


def lines(answer: Any) -> dict[str, dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return {row["claim"]: row for row in csv.DictReader(io.StringIO(text))}


def ask(client: Any, **changes: str) -> Any:
    return client.post(
        reverse(PAGE), {"from": "2026-11-10", "to": "2026-11-10", "reason": "quarterly check"} | changes
    )


def test_a_line_says_what_was_scored_with_what_and_what_was_decided(
    client: Any, cast: Cast, run: Any
) -> None:
    client.force_login(cast.model_owner)
    found = lines(ask(client))
    decided = {name: (row["decision"], row["channel"]) for name, row in found.items()}
    assert decided == {
        "opened": ("opened", "model"),
        "joined": ("joined", "rule"),
        "held": ("held_back", "capacity"),
        "'=plain": ("none", ""),
    }
    row = found["opened"]
    assert (row["run"], row["night"], row["rule_set"]) == (run.reference, "2026-11-10", "abc")
    assert (float(row["probability"]), float(row["ranking"]), row["band"]) == (0.4, 0.41, "high")
    assert (Decimal(row["expected_loss"]), row["currency"]) == (Decimal(84_000 * 55 // 100), "KRW")
    assert len(row["settings"]) == 12


def test_what_is_judged_again_while_it_stands_in_a_case_is_said_to_stand_there(
    client: Any, cast: Cast, run: Any
) -> None:
    again = make_run(business_date=date(2026, 11, 12))
    for name in ("opened", "joined", "=plain"):
        make_score(claim=Claim.objects.get(external_id=name), run=again)
    client.force_login(cast.model_owner)
    found = lines(ask(client, **{"from": "2026-11-12", "to": "2026-11-12"}))
    assert {name: (row["decision"], row["channel"]) for name, row in found.items()} == {
        "opened": ("in_case", "model"),
        "joined": ("in_case", "rule"),
        "'=plain": ("none", ""),
    }


def test_a_model_that_only_ranks_has_no_probability_in_the_file(client: Any, cast: Cast, run: Any) -> None:
    client.force_login(cast.auditor)
    row = lines(ask(client, **{"from": "2026-11-11", "to": "2026-11-11"}))["held"]
    assert (row["probability"], row["model_probability"], row["is_calibrated"]) == ("", "", "no")
    assert row["decision"] == "held_back"


def test_ones_own_and_undecided_random_checks_are_left_out(client: Any, cast: Cast, run: Any) -> None:
    client.force_login(cast.auditor)
    assert "own" in lines(ask(client))
    assert "blind" not in lines(ask(client))
    put_case(Case.objects.get(drawn_blind=True), closed_at=clock.now(), state="closed")
    assert lines(ask(client))["blind"]["decision"] == "opened"
    client.force_login(cast.model_owner)
    assert "own" not in lines(ask(client))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " no "}, "reason"),
        ({"from": "soon"}, "from"),
        ({"to": "2026-11-01"}, "to"),
        ({"from": "2020-01-01", "to": "2020-01-02"}, "from"),
    ],
)
def test_a_refusal_keeps_what_was_typed_and_records_nothing(
    client: Any, cast: Cast, run: Any, changes: dict[str, str], field: str
) -> None:
    client.force_login(cast.model_owner)
    answer = ask(client, **changes)
    assert (answer.status_code, list(answer.context["wrong"])) == (422, [field])
    assert not AuditEvent.objects.filter(action="scores.exported").exists()


@pytest.mark.parametrize(
    "name", ["reviewer", "approver", "rule_admin", "system_admin", "cardholder", "clerk"]
)
def test_nobody_else_exports_scores(client: Any, cast: Cast, run: Any, name: str) -> None:
    client.force_login(getattr(cast, name))
    assert ask(client).status_code == 403
    program = APIClient()
    program.force_authenticate(getattr(cast, name))
    assert (
        program.post("/api/v1/scores/export/", {"reason": "quarterly check"}, format="json").status_code
        == 403
    )


def test_page_interface_and_command_write_the_same_and_leave_their_entry(
    client: Any, cast: Cast, run: Any, tmp_path: Path
) -> None:
    client.force_login(cast.auditor)
    by_page = lines(ask(client))
    program = APIClient()
    program.force_authenticate(cast.auditor)
    body = {"reason": "quarterly check", "run": run.reference}
    by_interface = lines(program.post("/api/v1/scores/export/", body, format="json"))
    path = tmp_path / "scores.csv"
    call_command(
        "export_scores",
        str(path),
        "--reason",
        "quarterly check",
        "--from",
        "2026-11-10",
        "--to",
        "2026-11-10",
        verbosity=0,
        stdout=io.StringIO(),
    )
    by_command = {row["claim"]: row for row in csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))}
    assert by_page == by_interface == by_command
    entries = AuditEvent.objects.filter(action="scores.exported")
    assert [entry.reason for entry in entries] == ["quarterly check"] * 3
    assert {entry.after["n_runs"] for entry in entries if entry.after} == {1}
    for wrong in (["--reason", "x"], ["--reason", "quarterly check", "--from", "soon"]):
        with pytest.raises(CommandError):
            call_command("export_scores", str(tmp_path / "other.csv"), *wrong)
    with pytest.raises(CommandError):
        call_command("export_scores", str(path), "--reason", "quarterly check")
    absent = program.post("/api/v1/scores/export/", {**body, "run": "R-2000-01-01"}, format="json")
    assert absent.status_code == 400
