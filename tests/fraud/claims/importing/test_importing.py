"""Importing as a whole: accounting, repetition, interruption, labels, cancellations, and claims sent as rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import polars as pl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from fraud.claims.importing.cancellations import unlinked_cancellations
from fraud.claims.importing.problems import FileQuarantined, ProfileNotValid
from fraud.claims.importing.profiles import get_profile, save_profile
from fraud.claims.importing.rows import import_rows
from fraud.claims.importing.services import changed_since, import_claim_file
from fraud.claims.importing.summary import as_lines
from fraud.claims.importing.texts import sentence
from fraud.claims.importing.trying import try_file
from fraud.claims.models import (
    Cardholder,
    Claim,
    ClaimFile,
    ClaimFileReject,
    Department,
    ImportProfile,
    Label,
    Merchant,
)
from tests.databases import NAME, put_migrated_file
from tests.draws import draws
from tests.fraud.claims.importing.files import (
    ARRIVED,
    BY,
    GOOD,
    HEADER,
    assert_accounted,
    codes,
    csv_bytes,
    csv_text,
    deliver,
    profile,
    row,
)

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[4]


def everything() -> dict[str, list[dict[str, object]]]:
    """All stored rows an import may touch."""
    models = (ClaimFile, Claim, ClaimFileReject, Cardholder, Department, Merchant, Label, AuditEvent)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


# Accounting --------------------------------------------------------------------------------------------------------

amounts = st.one_of(
    st.integers(-(10**7), 10**7).filter(bool).map(str),
    st.integers(1, 10**9).map(lambda v: f"{v:,}"),
    st.sampled_from(["", "x", "1e5", "NaN", "-0", "12.5", "(300)", "1.000,00"]),
)
lines = st.fixed_dictionaries(
    {
        "claim_id": st.sampled_from(["C-1", "C-2", "C-3", "C-4", "C-5", "C-6", ""]),
        "금액": amounts,
        "통화": st.sampled_from(["KRW", "USD", "won", ""]),
        "사용일시": st.sampled_from(["2026-03-01 10:00:00", "2026-03-02", "2026/03/02", "2099-01-01", ""]),
        "적요": st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12),
    }
).map(lambda values: row(**values))


@settings(max_examples=draws(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.lists(lines, max_size=12), min_size=1, max_size=3))
def test_every_row_and_every_amount_is_accounted_for(
    files: list[list[dict[str, str]]], tmp_path: Path
) -> None:
    for rows in files:
        content = csv_bytes(*rows)
        file = deliver(tmp_path, content)
        assert file.state == ("rejected" if rows and file.n_rejected == len(rows) else "imported")
        assert file.n_rows == len(rows)
        assert_accounted(file)
        before = everything()
        again = deliver(tmp_path, content, name="again.csv")
        assert again.pk == file.pk
        assert everything() == before


def test_totals_are_the_sums_of_the_delivered_amounts(tmp_path: Path) -> None:
    rows = [row(claim_id=f"C-{i}", 금액=f"{i * 1000:,}", 통화="KRW") for i in range(1, 5)]
    rows += [row(claim_id="U-1", 금액="10.25", 통화="USD"), row(claim_id="U-2", 금액="-0.25", 통화="USD")]
    rows += [row(claim_id="C-1", 금액="1,000"), row(claim_id="C-9", 금액="500", 사용일시="gestern")]
    file = deliver(tmp_path, csv_bytes(*rows))
    assert file.totals == {
        "KRW": {"read": 11_500, "accepted": 10_000, "duplicate": 1_000, "superseding": 0, "rejected": 500},
        "USD": {"read": 1_000, "accepted": 1_000, "duplicate": 0, "superseding": 0, "rejected": 0},
    }


def test_chunks_of_any_size_give_the_same_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fraud.claims.importing import running
    from fraud.claims.importing.reading import limits, opening

    small = limits.Limits(block_bytes=500, chunk_rows=3)
    original = opening.DelimitedTable
    monkeypatch.setattr(opening, "DelimitedTable", lambda path, spec, _=None: original(path, spec, small))
    monkeypatch.setattr(running, "STORE_ROWS", 2)
    rows = [
        row(claim_id=f"C-{i % 37}", 적요=f'"{i}"\n둘째' if i % 5 else "", 금액="x" if i % 11 == 10 else "100")
        for i in range(60)
    ]
    file = deliver(tmp_path, csv_bytes(*rows))
    conflicting = {i % 37 for i in range(37, 60)}  # the second row of these ids has another purpose
    bad = [i for i in range(60) if i % 11 == 10]
    clean = [i for i in range(60) if i % 11 != 10]
    seen: dict[int, set[str]] = {}
    for i in clean:
        seen.setdefault(i % 37, set()).add(rows[i]["적요"])
    taken = [key for key, texts in seen.items() if len(texts) == 1]
    assert conflicting
    assert file.n_accepted == len(taken)
    assert file.n_rejected == len(bad) + sum(1 for i in clean if i % 37 not in taken)
    assert_accounted(file)


# Interruption ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["import.staged:raise", "import.chunk:raise:2", "import.finish:raise"])
def test_an_interrupted_import_goes_on_and_counts_as_if_nothing_had_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    from audit import faults
    from fraud.claims.importing import running

    monkeypatch.setattr(running, "STORE_ROWS", 2)
    monkeypatch.setattr(faults, "_passes", {})
    monkeypatch.setenv("CLEANCARD_FAULT", fault)
    content = csv_bytes(
        *(row(claim_id=f"C-{i}", 금액=str(i + 1)) for i in range(7)), row(claim_id="X", 금액="x")
    )
    with pytest.raises(faults.FaultInjected):
        deliver(tmp_path, content)
    stopped = ClaimFile.objects.get()
    assert stopped.state == "failed"
    monkeypatch.delenv("CLEANCARD_FAULT")
    file = deliver(tmp_path, content)
    assert file.pk == stopped.pk
    assert (file.state, file.n_rows, file.n_accepted, file.n_duplicate, file.n_rejected) == (
        "imported",
        8,
        7,
        0,
        1,
    )
    assert Claim.objects.count() == 7
    assert_accounted(file)


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_is_finished_by_the_next_one(tmp_path: Path) -> None:
    """A process of its own is killed between two chunks; the same command again finishes the file."""
    path = tmp_path / "claims.csv"
    path.write_bytes(csv_bytes(*(row(claim_id=f"C-{i}") for i in range(45))))
    home = tmp_path / "home"
    put_migrated_file(home / NAME)
    code = (
        "import django; django.setup()\n"
        "from fraud.claims.importing import running; running.STORE_ROWS = 20\n"
        "from django.core.management import call_command\n"
        f"call_command('import_claims', {str(path)!r}, '--json')\n"
    )
    environment = {
        **os.environ,
        "CLEANCARD_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "fraud.project.settings",
    }
    killed = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**environment, "CLEANCARD_FAULT": "import.chunk:kill:2"},
        capture_output=True,
    )
    assert killed.returncode == -9
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    result = json.loads(finished.stdout.strip().splitlines()[-1])
    assert (result["state"], result["n_rows"], result["n_accepted"], result["n_duplicate"]) == (
        "imported",
        45,
        45,
        0,
    )


def test_a_file_in_other_hands_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    from fraud.claims.importing import services

    @contextmanager
    def taken(_: int):
        yield False

    monkeypatch.setattr(services, "file_lock", taken)
    file = deliver(tmp_path, csv_bytes(row()))
    assert file.state == "received"
    assert not Claim.objects.exists()


def test_the_lock_of_a_file_has_one_holder_at_a_time_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fraud.claims.importing import locks
    from fraud.claims.importing.locks import file_lock

    monkeypatch.setattr(locks.settings, "HOME", tmp_path)

    if connection.vendor == "postgresql":
        pytest.skip("an advisory lock may be taken again on the same connection")
    with file_lock(1) as first, file_lock(1) as second, file_lock(2) as other:
        assert (first, second, other) == (True, False, True)
    with file_lock(1) as again:
        assert again
    assert list((tmp_path / "locks").iterdir()) == []


def test_a_lock_that_is_taken_away_while_another_waits_for_it_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fraud.claims.importing import locks

    real, n = locks.fcntl.flock, []

    def gone_meanwhile(file: Any, how: int) -> None:
        n.append(how)
        if len(n) == 1:
            (tmp_path / "one.lock").unlink()  # the holder before us ended, and took its file with it
        real(file, how)

    monkeypatch.setattr(locks.fcntl, "flock", gone_meanwhile)
    with (
        locks.folder_lock(tmp_path / "one.lock") as first,
        locks.folder_lock(tmp_path / "one.lock") as second,
    ):
        assert (first, second, len(n)) == (True, False, 3)


# What comes with the claims ----------------------------------------------------------------------------------------


def test_every_state_of_a_file_is_in_the_audit_chain(tmp_path: Path) -> None:
    file = deliver(tmp_path, csv_bytes(row()))
    actions = list(
        AuditEvent.objects.filter(subject=f"file:{file.reference}").values_list("action", flat=True)
    )
    assert actions == ["file.received", "file.imported"]
    refused = deliver(tmp_path, b"")
    assert AuditEvent.objects.filter(subject=f"file:{refused.reference}").last().action == "file.quarantined"


def test_import_needs_the_right_to_import(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(csv_bytes(row()))
    with pytest.raises(NotPermitted):
        import_claim_file(path=path, name="f.csv", profile=profile(), by=Actor("stranger"))


def test_history_is_kept_apart_and_may_be_old(tmp_path: Path) -> None:
    file = deliver(tmp_path, csv_bytes(row(사용일시="2011-03-02 10:00:00")), is_history=True)
    claim = Claim.objects.get()
    assert (file.is_history, claim.is_history) == (True, True)
    assert "date_old" not in {note["code"] for note in file.notes}


def test_a_cancellation_finds_its_purchase_by_authorisation_code(tmp_path: Path) -> None:
    deliver(tmp_path, csv_bytes(row(), row(claim_id="C-2", 승인번호="9", 사용일시="2026-03-01 09:00:00")))
    file = deliver(tmp_path, csv_bytes(row(claim_id="K-1", 금액="-12000", 사용일시="2026-03-03 10:00:00")))
    cancelled = Claim.objects.get(external_id="K-1")
    assert cancelled.original_claim.external_id == "C-001"
    assert cancelled.txn_type == "refund"
    assert not unlinked_cancellations(file).exists()


def test_a_cancellation_that_came_first_is_parked_and_linked_when_its_purchase_arrives(
    tmp_path: Path,
) -> None:
    early = deliver(tmp_path, csv_bytes(row(claim_id="K-1", 금액="-12000", 사용일시="2026-03-03 10:00:00")))
    assert [c.external_id for c in unlinked_cancellations(early)] == ["K-1"]
    deliver(tmp_path, csv_bytes(row()))
    assert Claim.objects.get(external_id="K-1").original_claim.external_id == "C-001"
    assert not unlinked_cancellations().exists()


def test_partial_cancellations_never_take_back_more_than_was_paid(tmp_path: Path) -> None:
    parts = [row(claim_id=f"K-{i}", 금액="-5000", 사용일시=f"2026-03-0{3 + i} 10:00:00") for i in range(3)]
    deliver(tmp_path, csv_bytes(row(), *parts))
    linked = Claim.objects.filter(original_claim__external_id="C-001").values_list("external_id", flat=True)
    assert sorted(linked) == ["K-0", "K-1", "K-2"]
    assert sum(Claim.objects.filter(external_id__in=linked).values_list("credit_minor", flat=True)) == 12_000
    # what is beyond the purchase waits for somebody to say where it belongs
    assert list(unlinked_cancellations().values_list("external_id", "excess_minor")) == [("K-2", 3_000)]


def test_a_cancellation_larger_than_its_purchase_is_kept_on_the_list(tmp_path: Path) -> None:
    deliver(tmp_path, csv_bytes(row()))
    late = [row(claim_id=f"K-{n}", 금액=n, 사용일시="2026-03-03 10:00:00") for n in ("-12001", "-12000")]
    file = deliver(tmp_path, csv_bytes(*late))
    assert (file.n_rows, file.n_accepted) == (2, 2)
    assert [c.external_id for c in unlinked_cancellations(file)] == ["K--12001"]
    assert_accounted(file)


def test_old_line_ends_are_read(tmp_path: Path) -> None:
    file = deliver(tmp_path, csv_bytes(row(), row(claim_id="C-2", 금액="x")).replace(b"\r\n", b"\r"))
    assert (file.n_accepted, codes(file)) == (1, [(3, "amount_not_valid")])


def test_without_a_code_the_latest_equal_purchase_at_that_merchant_is_taken_once(tmp_path: Path) -> None:
    plain = {"승인번호": ""}
    deliver(
        tmp_path,
        csv_bytes(
            row(**plain),
            row(claim_id="C-2", 사용일시="2026-03-03 10:00:00", **plain),
            row(claim_id="C-3", 가맹점명="다른집", **plain),
            row(claim_id="K-1", 금액="-12000", 사용일시="2026-03-05 10:00:00", **plain),
            row(claim_id="K-2", 금액="-12000", 사용일시="2026-03-06 10:00:00", **plain),
            row(claim_id="K-3", 금액="-12000", 사용일시="2026-03-07 10:00:00", **plain),
        ),
    )
    pairs = dict(
        Claim.objects.filter(amount_minor__lt=0).values_list("external_id", "original_claim__external_id")
    )
    assert pairs == {"K-1": "C-2", "K-2": "C-001", "K-3": None}


def test_outcomes_in_a_file_become_labels_known_after_the_delay(tmp_path: Path) -> None:
    content = csv_bytes(
        row(), row(claim_id="C-2"), row(claim_id="C-3", 사용일시="2026-03-09 12:00:00")
    ).decode()
    head, *rest = content.split("\r\n")[:-1]
    labelled = "\r\n".join(
        [f"{head},is_misuse", *(f"{line},{flag}" for line, flag in zip(rest, "10N", strict=True)), ""]
    )
    deliver(tmp_path, labelled.replace(",N\r\n", ",\r\n").encode())
    labels = {label.claim.external_id: (label.is_misuse, label.known_at) for label in Label.objects.all()}
    used = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
    assert labels == {"C-001": (True, used + timedelta(days=7)), "C-2": (False, used + timedelta(days=7))}


def test_a_label_is_never_known_later_than_the_file_that_carries_it(tmp_path: Path) -> None:
    content = csv_bytes(row(사용일시="2026-03-09 12:00:00")).replace(
        "적요".encode(), "적요,is_misuse".encode()
    )
    deliver(tmp_path, content.replace("점심".encode(), "점심,1".encode()))
    assert Label.objects.get().known_at == ARRIVED


def test_equal_rows_without_an_id_are_told_apart_by_number_and_found_again(tmp_path: Path) -> None:
    used = profile(
        identity=["transacted_at", "card_number", "amount", "merchant_name"],
        columns={
            name: column
            for name, column in get_profile("generic").spec["columns"].items()
            if name != "external_id"
        },
    )
    plain = row(승인번호="")  # equal rows with one approval number are one payment
    first = deliver(tmp_path, csv_bytes(plain, plain, {**plain, "금액": "500"}), used=used)
    assert (first.n_accepted, first.n_duplicate) == (3, 0)
    again = deliver(tmp_path, csv_bytes({**plain, "금액": "500"}, plain, plain, plain), used=used)
    assert (again.n_accepted, again.n_duplicate) == (1, 3)
    assert Claim.objects.count() == 4


def test_a_known_employee_keeps_their_department(tmp_path: Path) -> None:
    home = Department.objects.create(code="D7", name="영업")
    Cardholder.objects.create(employee_no="E1001", department=home)
    deliver(tmp_path, csv_bytes(row(), row(claim_id="C-2", 사번="E9")))
    claims = {c.external_id: c for c in Claim.objects.select_related("cardholder")}
    assert claims["C-001"].department == home
    assert claims["C-2"].department is None
    assert claims["C-2"].cardholder.is_unassigned


# Rows of a request -------------------------------------------------------------------------------------------------


def test_rows_are_answered_one_by_one_and_again_the_same() -> None:
    rows = [
        row(),
        row(claim_id="C-2", 금액="x"),
        row(),
        {**row(claim_id="C-3"), "금액": 4500},
        {**row(claim_id="C-4"), "금액": Decimal("7.5")},
        {**row(claim_id="C-5"), "적요": "\ud800"},
        {**row(claim_id="C-6"), "금액": 1.5},
    ]
    first = import_rows(rows=rows, profile=profile(), by=BY, received_at=ARRIVED)
    wanted = [
        ("accepted", ""),
        ("rejected", "amount_not_valid"),
        ("duplicate", ""),
        ("accepted", ""),
        ("rejected", "amount_scale"),
        ("rejected", "lone_surrogate"),
        ("rejected", "value_type"),
    ]
    assert [(result.outcome, result.code) for result in first.rows] == wanted
    assert_accounted(first.file)
    before = everything()
    again = import_rows(rows=rows, profile=profile(), by=BY)
    assert [(result.outcome, result.code) for result in again.rows] == wanted
    assert everything() == before


def test_a_correction_back_to_what_was_said_first_is_told_and_taken_only_when_it_is_meant() -> None:
    """77,000, then 55,000, then the very rows of the first delivery; sent by mistake they change nothing."""
    first, second = [row(금액="77000"), row(claim_id="C-2")], [row(금액="55000")]

    def now() -> int:
        return Claim.objects.get(external_id=row()["claim_id"]).amount_minor

    def deliver(rows: list[dict[str, object]], hours: int, **more: bool) -> list[tuple[str, str]]:
        arrived = ARRIVED + timedelta(hours=hours)
        result = import_rows(rows=rows, profile=profile(), by=BY, received_at=arrived, **more)
        return [(one.outcome, one.code) for one in result.rows]

    assert deliver(first, 0) == [("accepted", ""), ("accepted", "")]
    assert deliver(second, 1) == [("superseding", "")]
    assert deliver(first, 2) == [("duplicate", "changed_since"), ("accepted", "")]
    assert now() == 55_000
    file = ClaimFile.objects.order_by("pk").first()
    assert file is not None
    assert changed_since(file) == 1
    assert deliver(first, 3, again=True) == [("superseding", ""), ("duplicate", "")]
    assert now() == 77_000
    assert deliver(first, 4) == [("superseding", ""), ("duplicate", "")]  # answered as before
    assert deliver(second, 5, again=True) == [("superseding", "")]
    assert (now(), ClaimFile.objects.count()) == (55_000, 4)
    assert sorted(ClaimFile.objects.values_list("taken_as", flat=True)) == [1, 1, 2, 2]


def test_rows_with_a_card_number_are_refused_as_a_whole() -> None:
    result = import_rows(rows=[row(), row(적요="4111 1111 1111 1111")], profile=profile(), by=BY)
    assert (result.file.state, result.rows) == ("quarantined", [])
    assert not Claim.objects.exists()


def test_a_refused_delivery_is_no_delivery(tmp_path: Path) -> None:
    """The same bytes under another name are taken; the refusal says what would help."""
    content = csv_bytes(row())
    wrong, right = tmp_path / "xl_4663-9233-2146-8814.csv", tmp_path / "clean.csv"
    for path in (wrong, right):
        path.write_bytes(content)
    refused, again = (
        import_claim_file(path=wrong, name=wrong.name, profile=profile(), by=BY) for _ in range(2)
    )
    assert (refused.state, again.state) == ("quarantined", "quarantined")
    for language, said in (
        ("en", "Send the file again under another name"),
        ("ko", "파일 이름을 바꾸어 다시"),
    ):
        with override(language):
            assert said in "\n".join(as_lines(again, 0.0, is_known=False))
    taken = import_claim_file(path=right, name=right.name, profile=profile(), by=BY)
    assert (taken.state, taken.n_accepted, taken.name) == ("imported", 1, "clean.csv")
    assert import_claim_file(path=wrong, name=wrong.name, profile=profile(), by=BY).pk == taken.pk, (
        "it was taken"
    )
    assert Claim.objects.count() == 1


def test_a_file_whose_reading_was_too_dear_is_read_again_once_the_limit_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(csv_bytes(row()))

    def stopped(*args: object, **more: object) -> NoReturn:
        raise FileQuarantined("reader_stopped", seconds=1, megabytes=1)

    with monkeypatch.context() as slow:
        slow.setattr("fraud.claims.importing.services.stage", stopped)
        refused = import_claim_file(path=path, name=path.name, profile=profile(), by=BY)
    assert refused.state == "quarantined"
    taken = import_claim_file(path=path, name=path.name, profile=profile(), by=BY)
    assert (taken.state, taken.pk > refused.pk) == ("imported", True)
    refused.refresh_from_db()
    assert refused.state == "quarantined", "what was refused then stays on record"


# Profiles ----------------------------------------------------------------------------------------------------------


def test_a_changed_profile_is_a_new_version_and_recorded() -> None:
    made = save_profile(name="ours", spec={**get_profile("generic").spec, "delimiter": ";"}, by=BY)
    changed = save_profile(name="ours", spec={**made.spec, "delimiter": "\t"}, by=BY, reason="new export")
    assert (changed.pk, changed.version) == (made.pk, 2)
    event = AuditEvent.objects.filter(action="profile.changed").last()
    assert (event.before["spec"]["delimiter"], event.after["spec"]["delimiter"]) == (";", "\t")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"colums": {}}, "unknown_key"),
        ({"columns": {"amonut": ["x"]}}, "unknown_field"),
        ({"delimiter": 7}, "wrong_type"),
        ({"delimiter": '"'}, "wrong_type"),
        ({"encodings": ["latin-99"]}, "encoding_not_known"),
        ({"zone": "Mars/Base"}, "zone_not_known"),
        ({"dates": {"formats": ["%d/%m/%Y", "%m/%d/%Y"]}}, "format_clash"),
        ({"dates": {"formats": ["%Q"]}}, "format_not_known"),
        (
            {"row_filters": [{"code": "subtotal_row", "column": "claim_no", "unless": "("}]},
            "pattern_not_valid",
        ),
        ({"columns": {"amount": ["금액"]}}, "no_source"),
        (
            {
                "currency": {},
                "columns": {
                    **{
                        n: [n]
                        for n in ("external_id", "employee_no", "transacted_at", "amount", "merchant_name")
                    }
                },
            },
            "currency_missing",
        ),
    ],
)
def test_a_profile_that_cannot_work_is_refused_with_its_place(change: dict, code: str) -> None:
    with pytest.raises(ProfileNotValid) as refused:
        save_profile(name="bad", spec={**get_profile("generic").spec, **change}, by=BY)
    assert code in {found for _, found, _ in refused.value.problems}
    assert not ImportProfile.objects.filter(name="bad").exists()


def test_a_preview_shows_values_and_rejects_and_stores_nothing(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(csv_bytes(row(), row(claim_id="C-2", 금액="x")))
    before = everything()
    shown = try_file(path=path, name="p.csv", spec=get_profile("generic").spec, by=BY)
    values = dict(zip(shown.columns, shown.rows[0], strict=True))
    assert (values["external_id"], values["amount"], values["merchant_name"]) == (
        "C-001",
        "12,000",
        "한빛식당",
    )
    assert (shown.n_rows, shown.n_taken, shown.n_rejected) == (2, 1, 1)
    assert [(reason["code"], reason["n"]) for reason in shown.reasons] == [("amount_not_valid", 1)]
    assert everything() == before


# The command -------------------------------------------------------------------------------------------------------


def test_the_command_prints_one_json_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "claims.csv"
    path.write_bytes(csv_bytes(row()))
    call_command("import_claims", str(path), "--json")
    result = json.loads(capsys.readouterr().out)
    assert (result["state"], result["n_accepted"]) == ("imported", 1)


@pytest.mark.parametrize(
    ("language", "counts", "again", "line"),
    [
        (
            "en",
            "Rows read 2 = Accepted 1 + Duplicate 0 + Superseding 0 + Rejected 1",
            "delivered before",
            "line 3, 금액: ",
        ),
        ("ko", "읽은 줄 2 = 반영 1 + 중복 0 + 변경 0 + 거부됨 1", "이미 받은 파일", "3번째 줄, 금액: "),
    ],
)
def test_the_command_tells_counts_and_what_is_wrong_with_each_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, counts: str, again: str, line: str
) -> None:
    path = tmp_path / "claims.csv"
    path.write_bytes(csv_bytes(row(), row(claim_id="C-2", 금액="1e5")))
    with override(language):
        call_command("import_claims", str(path))
        first = capsys.readouterr().out
        call_command("import_claims", str(path))
    file = ClaimFile.objects.get()
    for wanted in (
        counts,
        line + sentence("row", "amount_scientific", {}, language),
        f"/files/{file.reference}/",
    ):
        assert wanted in first
    assert again not in first
    assert again in capsys.readouterr().out


def test_the_command_ends_with_an_error_for_a_refused_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    with pytest.raises(SystemExit):
        call_command("import_claims", str(path))
    with pytest.raises(CommandError, match="no import profile"):
        call_command("import_claims", str(path), "--profile", "nosuch")


def test_parquet_and_csv_of_the_same_rows_are_the_same_claims(tmp_path: Path) -> None:
    deliver(tmp_path, csv_bytes(row(사용일시="2026-03-02")))
    typed = pl.DataFrame({name: [value] for name, value in GOOD.items()}).with_columns(
        pl.lit(12_000.0).alias("금액"), pl.lit(datetime(2026, 3, 2)).alias("사용일시")
    )
    path = tmp_path / "typed.parquet"
    typed.write_parquet(path)
    file = import_claim_file(path=path, name="typed.parquet", profile=profile(), by=BY, received_at=ARRIVED)
    assert (file.n_accepted, file.n_duplicate, codes(file)) == (0, 1, [])


@pytest.mark.parametrize("change", ["blank columns left out", "small letters"])
def test_a_row_that_says_the_same_in_another_spelling_changes_nothing(tmp_path: Path, change: str) -> None:
    """No new version, so that nothing that rests on the facts is void."""
    said = row(사번="A100", 적요="")
    deliver(tmp_path, csv_text([{**said, "mcc": ""}], header=[*HEADER, "mcc"]).encode())
    is_blank = change == "blank columns left out"
    header = [name for name in HEADER if not is_blank or said[name]]
    file = deliver(
        tmp_path, csv_text([said if is_blank else {**said, "사번": "a100"}], header=header).encode()
    )
    claim = Claim.objects.get()
    assert (file.n_duplicate, file.n_superseding, claim.version) == (1, 0, 1)
