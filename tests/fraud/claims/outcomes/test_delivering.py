"""Outcomes that were decided elsewhere: what becomes of each row, and from when on it counts."""

from __future__ import annotations

import io
import json
import os
import re
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from audit import clock
from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted, Role
from cases.services.night import let_time_pass
from fraud.claims.importing import waiting
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.uploads import incoming_folder
from fraud.claims.labels import NewLabel, add_label, labels_known_by
from fraud.claims.logins import create_login
from fraud.claims.models import Claim, Label
from fraud.claims.outcomes.delivering import Delivered, deliver_outcomes, preview_outcomes, schemes
from fraud.claims.outcomes.reading import read_file, read_given
from tests.cast import Cast, make_cast, make_claim, make_file
from tests.draws import draws
from tests.fraud.claims.importing.test_waiting import book

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("import")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def claim(cast: Cast) -> Claim:
    at = clock.now() - timedelta(days=200)
    return make_claim(cardholder=cast.stranger_record, external_id="A-1", transacted_at=at, received_at=at)


def day(days_ago: int) -> str:
    return (clock.now() - timedelta(days=days_ago)).date().isoformat()


def row(**changes: str) -> dict[str, str]:
    return {"claim": "A-1", "outcome": "misuse", "source": "audit", "decided_at": day(90)} | changes


def deliver(*rows: dict[str, str], by: Actor = SYSTEM) -> Delivered:
    return deliver_outcomes(read_given(rows, schemes=schemes()), by=by, door="interface")


def statuses(done: Delivered) -> list[str]:
    return [one.code or one.status for one in done.rows]


def known(at: datetime | None = None) -> dict[int, bool]:
    frame = labels_known_by(at or clock.now())
    return dict(frame.select("claim_id", "is_misuse").iter_rows())


def test_an_outcome_counts_from_its_delivery_and_keeps_when_it_was_decided(claim: Claim) -> None:
    before = clock.now()
    assert statuses(deliver(row(scheme="split_payment", reference="IA-7"))) == ["new"]
    label = Label.objects.get()
    assert (label.source, label.scheme, label.reference) == ("audit", "split_payment", "IA-7")
    assert before <= label.known_at <= clock.now()
    assert label.decided_at is not None
    assert label.decided_at < before - timedelta(days=88)
    assert known(before) == {}
    assert known() == {claim.pk: True}


def test_the_same_row_again_changes_nothing_by_whatever_door(claim: Claim, tmp_path: Path) -> None:
    deliver(row(reference="IA-7"))
    assert statuses(deliver(row(reference="IA-7"), row(reference="IA-7"))) == ["known", "known"]
    file = tmp_path / "found.csv"
    file.write_text(
        f"청구번호,판정,출처,결정일,문서번호\nA-1,부정사용,내부감사,{day(90).replace('-', '.')},IA-7\n",
        "utf-8",
    )
    out = io.StringIO()
    call_command("import_outcomes", str(file), "--json", stdout=out)
    assert json.loads(out.getvalue())["known"] == 1
    assert Label.objects.count() == 1
    for language, is_korean in (("en", False), ("ko", True)):
        told = io.StringIO()
        with override(language):
            call_command("import_outcomes", str(file), stdout=told)
        for line in told.getvalue().splitlines():
            assert bool(re.search("[가-힣]", line)) is is_korean, line


def test_a_later_delivery_corrects_the_finding_and_the_earlier_one_does_not_come_back(claim: Claim) -> None:
    deliver(row(reference="IA-7"))
    between = clock.now()
    assert statuses(deliver(row(reference="IA-7", outcome="legitimate"))) == ["corrects"]
    assert known(between) == {claim.pk: True}
    assert known() == {claim.pk: False}
    assert statuses(deliver(row(reference="IA-7"))) == ["replaced"]
    assert known() == {claim.pk: False}
    assert statuses(deliver(row(reference="IA-7", outcome="withdrawn", decided_at=day(10)))) == ["corrects"]
    assert known() == {}


def test_an_old_finding_delivered_late_does_not_overrule_what_was_decided_since(claim: Claim) -> None:
    reviewed = NewLabel(claim.pk, False, "review", clock.now() - timedelta(days=30), reference="C-1")
    add_label(label=reviewed, by=SYSTEM)
    assert statuses(deliver(row(decided_at=day(90)))) == ["new"]
    assert known() == {claim.pk: False}
    assert statuses(deliver(row(decided_at=day(3), reference="IA-9"))) == ["new"]
    assert known() == {claim.pk: True}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"outcome": "guilty"}, "choice_unknown"),
        ({"source": "rumour"}, "choice_unknown"),
        ({"source": "review"}, "choice_unknown"),
        ({"scheme": "something"}, "choice_unknown"),
        ({"decided_at": "soon"}, "date_not_valid"),
        ({"decided_at": ""}, "value_missing"),
        ({"outcome": ""}, "value_missing"),
        ({"claim": ""}, "value_missing"),
        ({"decided_at": day(-3)}, "date_future"),
        ({"decided_at": day(300)}, "outcome_before_claim"),
        ({"claim": "A-2"}, "outcome_claim_unknown"),
        ({"source_system": "elsewhere"}, "outcome_claim_unknown"),
        ({"outcome": "withdrawn"}, "outcome_nothing_withdrawn"),
    ],
)
def test_a_row_that_cannot_be_taken_says_what_would_be_right(
    claim: Claim, changes: dict[str, str], code: str
) -> None:
    done = deliver(row(**changes), row(reference="good"))
    assert statuses(done) == [code, "new"]
    assert Label.objects.count() == 1
    if code == "choice_unknown":
        assert {"misuse", "audit", "split_payment"} & set(
            done.rows[0].params["known"].replace(",", "").split()
        )


def test_a_number_that_several_systems_use_has_to_name_one(claim: Claim) -> None:
    other = make_claim(external_id="A-1", source_system="travel", transacted_at=claim.transacted_at)
    done = deliver(row(), row(source_system="travel"))
    assert statuses(done) == ["outcome_claim_ambiguous", "new"]
    assert done.rows[0].params["known"] == "default, travel"
    assert known() == {other.pk: True}


def test_rows_that_contradict_each_other_are_all_refused(claim: Claim) -> None:
    done = deliver(row(), row(outcome="legitimate"), row(outcome="legitimate", decided_at=day(80)))
    assert statuses(done) == ["outcome_contradicts", "outcome_contradicts", "new"]
    assert done.rows[0].params["lines"] == "1, 2"


def test_money_that_came_back_has_no_outcome(claim: Claim) -> None:
    Claim.objects.update(txn_type="refund", amount_minor=-5)
    assert statuses(deliver(row())) == ["outcome_no_payment"]


def test_to_whoever_is_involved_the_claim_does_not_exist_and_the_attempt_is_kept(
    cast: Cast, claim: Claim
) -> None:
    make_claim(cardholder=cast.cardholder_record, external_id="A-9", approver_no="e-1003")
    approver = cast.actor("approver")
    done = deliver(row(claim="A-9"), row(claim="A-8"), row(), by=approver)
    assert statuses(done) == ["outcome_claim_unknown", "outcome_claim_unknown", "new"]
    assert list(Label.objects.values_list("claim_id", flat=True)) == [claim.pk]
    (refused,) = AuditEvent.objects.filter(action="access.refused")
    assert refused.after == {"action": "fraud.deliver_outcomes", "code": "own_case"}


def test_a_preview_keeps_nothing_and_says_the_same(claim: Claim) -> None:
    rows = [row(), row(claim="A-2")]
    seen = preview_outcomes(read_given(rows, schemes=schemes()), by=SYSTEM)
    assert (Label.objects.count(), AuditEvent.objects.count()) == (0, 0)
    assert statuses(seen) == statuses(deliver(*rows))
    entry = AuditEvent.objects.get(action="outcomes.delivered")
    assert entry.after is not None
    assert (entry.after["n_rows"], entry.after["n_new"], entry.after["n_refused"]) == (2, 1, 1)


@pytest.mark.parametrize("name", ["reviewer", "model_owner", "rule_admin", "cardholder", "clerk"])
def test_who_is_measured_by_outcomes_or_works_the_queue_delivers_none(
    cast: Cast, claim: Claim, name: str
) -> None:
    with pytest.raises(NotPermitted):
        deliver(row(), by=cast.actor(name))


def test_a_program_delivers_outcomes_of_its_own_claims_only(claim: Claim) -> None:
    program = create_login(username="erp", password="", roles=[Role.DATA_CLIENT], by=SYSTEM)
    at = claim.transacted_at
    make_claim(external_id="E-1", transacted_at=at, file=make_file(received_by="erp"))
    client = APIClient()
    client.force_authenticate(program)
    body = {"rows": [row(), row(claim="E-1")]}
    answer = client.post("/api/v1/outcomes/", body, format="json").json()
    assert [one["code"] or one["status"] for one in answer["rows"]] == ["outcome_claim_unknown", "new"]
    assert (answer["stored"], answer["counts"]["refused"]) == (1, 1)
    assert "A-1" in answer["rows"][0]["message"]
    again = client.post("/api/v1/outcomes/", {**body, "preview": True}, format="json").json()
    assert again["rows"][1]["status"] == "known"


def test_a_card_number_anywhere_refuses_the_whole_delivery(claim: Claim) -> None:
    with pytest.raises(FileQuarantined):
        deliver(row(), row(reference="4111 1111 1111 1111"))
    assert Label.objects.count() == 0


def test_a_file_is_shown_before_it_is_kept_and_nobody_else_keeps_it(
    client: Any, cast: Cast, claim: Claim, here: None
) -> None:
    client.force_login(cast.auditor)
    address = reverse("fraud:deliver-outcomes")
    text = f"claim,outcome,source,decided_at\nA-1,misuse,audit,{day(90)}\nA-2,misuse,audit,{day(90)}\n"
    page = client.post(address, {"file": SimpleUploadedFile("found.csv", text.encode())})
    assert (page.status_code, Label.objects.count()) == (200, 0)
    assert "A-2" in page.content.decode()
    token = page.context["token"]
    client.force_login(cast.approver)
    assert client.post(address, {"token": token}).status_code == 409
    client.force_login(cast.auditor)
    assert client.post(address, {"token": token, "name": "found.csv"}).status_code == 200
    assert list(Label.objects.values_list("claim_id", flat=True)) == [claim.pk]
    assert client.post(address, {"token": token}).status_code == 409


def test_one_outcome_by_the_form_keeps_what_was_typed_where_it_is_refused(
    client: Any, cast: Cast, claim: Claim
) -> None:
    client.force_login(cast.auditor)
    address = reverse("fraud:deliver-outcomes")
    wrong = client.post(address, row(claim="A-404", reference="IA-7"))
    assert wrong.status_code == 422
    assert 'value="IA-7"' in wrong.content.decode()
    assert client.post(address, row(reference="IA-7")).status_code == 302
    assert Label.objects.get().reference == "IA-7"


@settings(max_examples=draws(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(
        st.tuples(st.booleans(), st.integers(1, 40), st.integers(1, 40), st.booleans()),
        min_size=1,
        max_size=6,
    )
)
def test_of_what_was_known_the_latest_decision_counts(
    claim: Claim, said: list[tuple[bool, int, int, bool]]
) -> None:
    """Independently: walk the labels in the order they became known; a later decision, or one of the finding that holds, takes over."""
    Label.objects.update(supersedes=None)
    Label.objects.all().delete()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for index, (verdict, known_day, decided_day, is_first) in enumerate(said):
        at = start + timedelta(days=known_day, minutes=index)
        decided = start + timedelta(days=min(decided_day, known_day))
        label = NewLabel(
            claim.pk, verdict, "audit", at, decided_at=decided, reference="a" if is_first else f"b{index}"
        )
        add_label(label=label, by=SYSTEM)
    for cut in (10, 25, 50):
        holds = None
        for label in sorted(Label.objects.all(), key=lambda one: (one.known_at, one.pk)):
            if label.known_at > start + timedelta(days=cut):
                continue
            later = holds is None or label.decided_at >= holds.decided_at
            if later or label.reference == holds.reference:
                holds = label
        expected = {} if holds is None else {claim.pk: holds.is_misuse}
        assert known(start + timedelta(days=cut)) == expected


def test_an_unreadable_line_is_told_and_a_missing_column_refuses_the_file(
    claim: Claim, tmp_path: Path
) -> None:
    file = tmp_path / "found.csv"
    file.write_text(f"claim,outcome,source,decided_at\nA-1,misuse,audit,{day(90)}\nA-1,misuse\n", "utf-8")
    rows = read_file(path=file, name="found.csv", schemes=schemes())
    assert [one.code for one in rows] == ["", "ragged_row"]
    file.write_text("claim,outcome\nA-1,misuse\n", "utf-8")
    with pytest.raises(FileQuarantined) as refused:
        read_file(path=file, name="found.csv", schemes=schemes())
    assert refused.value.params == {
        "columns": "source / 출처, decided_at / decided_on / 판정일 / 결정일 / 판정일시"
    }


NUMBER = "4539148800343849"
RESIDENT = "851204-1221831"
_HEADER = ["claim", "outcome", "source", "decided_at"]


def _book(fill: Callable[[Any, str], object], number: str) -> bytes:
    cells = [_HEADER, ["A-1", "misuse", "audit", day(90)]]
    return book(cells, lambda made: fill(made, number))


#: Where a number may stand that no named column shows.
PLACES: dict[str, Callable[[str], bytes]] = {
    "a header": lambda number: f"{','.join(_HEADER)},x {number}\nA-1,misuse,audit,{day(90)},x\n".encode(),
    "a header that is only it": lambda number: (
        f"{','.join(_HEADER)},{number}\nA-1,misuse,audit,{day(90)},x\n".encode()
    ),
    "a cell too many": lambda number: f"{','.join(_HEADER)}\nA-1,misuse,audit,{day(90)},{number}\n".encode(),
    "another sheet": lambda number: _book(
        lambda made, n: made.add_worksheet("old").write(0, 0, f"x {n}"), number
    ),
    "a sheet's name": lambda number: _book(lambda made, n: made.add_worksheet(f"old {n}"), number),
    "a workbook's title": lambda number: _book(
        lambda made, n: made.set_properties({"title": f"x {n}"}), number
    ),
    "a cell beside the table": lambda number: _book(
        lambda made, n: made.worksheets()[0].write(1, 9, n), number
    ),
}


@pytest.mark.parametrize("number", [NUMBER, RESIDENT])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.usefixtures("forked_reading")
def test_a_file_with_a_number_anywhere_does_not_wait_and_is_not_told_back(
    client: Any, cast: Cast, claim: Claim, here: None, place: str, number: str
) -> None:
    client.force_login(cast.auditor)
    client.cookies["django_language"] = "en"
    content = PLACES[place](number)
    page = client.post(reverse("fraud:deliver-outcomes"), {"file": SimpleUploadedFile("found", content)})
    text = page.content.decode()
    assert page.status_code == 422, place
    assert "number" in text
    assert "Nothing of the file was kept" in text
    assert number not in text
    assert ("(line 2;" in text) == (place in ("a cell too many", "a cell beside the table"))
    assert list(incoming_folder().iterdir()) == []
    without = client.post(
        reverse("fraud:deliver-outcomes"), {"file": SimpleUploadedFile("found", PLACES[place]("x"))}
    )
    assert without.status_code == 200


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """That a child does it as well is held by the sandbox's tests."""
    monkeypatch.setattr(waiting, "ask_child", lambda _module, task, _bounds: waiting.answer_to(task))


def test_a_file_that_waits_is_its_owners_and_the_sweep_forgets_it_after_a_day(
    client: Any, cast: Cast, claim: Claim, here: None
) -> None:
    client.force_login(cast.auditor)
    text = f"{','.join(_HEADER)}\nA-1,misuse,audit,{day(90)}\n"
    sent = {"file": SimpleUploadedFile("found.csv", text.encode())}
    assert client.post(reverse("fraud:deliver-outcomes"), sent).status_code == 200
    (path,) = incoming_folder().iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    let_time_pass()
    assert path.exists()
    old = [incoming_folder() / name for name in ("draft-1", "file-1", "parts-1-ab")]
    for place, days in ((path, 2), (old[0], 1), (old[1], 8), (old[2], 2)):
        place.touch()
        then = clock.machine_now() - timedelta(days=days)
        os.utime(place, (then.timestamp(), then.timestamp()))
    assert let_time_pass()["uploads_forgotten"] == 4
    assert list(incoming_folder().iterdir()) == []
