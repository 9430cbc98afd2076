"""Stopping an import: what is stored stays and fits together, and the same file sent again takes the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from fraud.claims.importing import running, services, uploads
from fraud.claims.importing.cancelling import cancel_import
from fraud.claims.importing.running import ImportCancelled
from fraud.claims.models import Claim, ClaimFile
from tests.cast import make_file
from tests.fraud.claims.importing.files import BY, assert_accounted, csv_bytes, deliver, row

pytestmark = pytest.mark.django_db
PAID = [row(claim_id=f"C-{n}", 승인번호=f"3001{n:04}") for n in range(6)]
ROWS = csv_bytes(*PAID[:3], row(claim_id="C-0R", 금액="-12000", 승인번호="30010000"), *PAID[3:])


@pytest.fixture
def in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "STORE_ROWS", 2)


def stopped_after(folder: Path, parts: int) -> ClaimFile:
    """The file, cancelled by somebody once so many parts were stored."""
    seen: list[int] = []

    def watch(file: ClaimFile) -> None:
        seen.append(file.rows_done)
        if len(seen) == parts:
            assert cancel_import(file=ClaimFile.objects.get(pk=file.pk), by=BY)

    return deliver(folder, ROWS, progress=watch)


@pytest.mark.usefixtures("in_small_parts")
@pytest.mark.parametrize("parts", [1, 2, 3])
def test_an_import_stops_before_its_next_part_and_goes_on_when_sent_again(tmp_path: Path, parts: int) -> None:
    file = stopped_after(tmp_path, parts)
    assert (file.state, file.rows_done, Claim.objects.count()) == ("cancelled", 2 * parts, 2 * parts)
    assert file.error == {"code": "import_cancelled", "params": {"who": BY.username}}
    back = Claim.objects.filter(external_id="C-0R").first()
    assert back is None or back.original_claim.external_id == "C-0"  # what is stored fits together
    again = deliver(tmp_path, ROWS)
    assert (again.pk, again.state, again.n_accepted, Claim.objects.count()) == (file.pk, "imported", 7, 7)
    assert_accounted(again)
    said = list(AuditEvent.objects.filter(subject=f"file:{file.reference}").values_list("action", flat=True))
    assert said == ["file.received", "file.cancel_wanted", "file.cancelled", "file.imported"]


def test_a_file_that_is_being_read_stores_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wanted_meanwhile(*, going_on: object, **more: object) -> None:
        cancel_import(file=ClaimFile.objects.get(), by=BY)
        going_on()  # type: ignore[operator]

    monkeypatch.setattr(services, "stage_apart", wanted_meanwhile)
    file = deliver(tmp_path, ROWS, apart=True)
    assert (file.state, Claim.objects.count()) == ("cancelled", 0)


def test_a_waiting_file_that_nobody_works_at_is_cancelled_at_once() -> None:
    file = make_file(state="importing")
    call_command("cancel_import", file.reference)
    file.refresh_from_db()
    assert (file.state, file.cancel_wanted_by) == ("cancelled", "")
    with pytest.raises(CommandError, match="이미 끝났습니다"):
        call_command("cancel_import", file.reference)
    with pytest.raises(CommandError, match="파일이 없습니다"):
        call_command("cancel_import", "F-1")


@pytest.mark.parametrize("state", ["cancelled", "failed"])
def test_what_goes_on_is_seen_to_go_on_before_anything_is_read(
    state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    monkeypatch.setattr(uploads, "start_process", lambda file: started.append(file.state))
    file = make_file(state=state, error={"code": "import_failed", "params": {}})
    uploads.waiting_path(file).write_bytes(ROWS)
    assert uploads.resume_upload(file=file, by=BY)
    file.refresh_from_db()
    assert (started, file.state, file.error) == (["received"], "received", None)


@pytest.mark.parametrize("state", ["imported", "rejected", "quarantined", "cancelled"])
def test_what_has_ended_is_not_cancelled(state: str) -> None:
    file = make_file(state=state)
    assert not cancel_import(file=file, by=BY)
    file.refresh_from_db()
    assert (file.state, file.cancel_wanted_by) == (state, "")


def test_only_who_may_import_cancels() -> None:
    with pytest.raises(NotPermitted):
        cancel_import(file=make_file(state="importing"), by=Actor(user_id=1, username="x", roles=frozenset()))


def test_the_wish_of_a_file_that_nobody_wants_to_stop_is_none() -> None:
    running.stop_if_wanted(make_file(state="importing"))
    with pytest.raises(ImportCancelled):
        running.stop_if_wanted(make_file(state="importing", cancel_wanted_by="kim"))
