"""Files sent in parts: whatever the network does, the claim file holds exactly the sender's bytes, once."""

from __future__ import annotations

import errno
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from audit.services import actor_of
from fraud.claims.accounts import create_account
from fraud.claims.importing import parts
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.profiles import get_profile
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.staging import StagedFile, stage
from fraud.claims.importing.summary import refused_name
from fraud.claims.importing.uploads import MAX_UPLOAD_BYTES, UploadTooLarge, incoming_folder
from fraud.claims.models import ClaimFile, UploadInParts
from tests.cast import Cast, make_cast
from tests.draws import draws
from tests.fraud.claims.importing.files import csv_bytes, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forked_reading")]
CONTENT = csv_bytes(*[row(claim_id=f"C-{n}") for n in range(20)])


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def by(cast: Cast) -> Actor:
    return actor_of(cast.approver)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def stage_here(
        *, path: Path, spec: dict, bounds: object, going_on: object = None, **more: object
    ) -> StagedFile:
        checked = read_spec(spec)
        return stage(lambda: open_table(path, checked), spec=checked, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("fraud.claims.importing.services.stage_apart", stage_here)


def begun(by: Actor, content: bytes = CONTENT, **more: Any) -> UploadInParts:
    facts = {"name": "march.csv", "size_bytes": len(content), "profile": get_profile("generic"), **more}
    return parts.begin_upload(by=by, **facts)


def test_a_file_sent_in_parts_is_the_file_sent_at_once(by: Actor) -> None:
    upload = begun(by, sha256=hashlib.sha256(CONTENT).hexdigest().upper())
    for start in range(0, len(CONTENT), 100):
        upload = parts.add_part(upload=upload, offset=start, part=CONTENT[start : start + 100], by=by)
    done = parts.finish_upload(upload=upload, by=by)
    file = ClaimFile.objects.get()
    assert (done.file, file.state, file.n_accepted) == (file, "imported", 20)
    assert file.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert parts.finish_upload(upload=upload, by=by).file == file
    assert (ClaimFile.objects.count(), list(incoming_folder().iterdir())) == (1, [])
    with pytest.raises(parts.UploadElsewhere):
        parts.add_part(upload=upload, offset=len(CONTENT), part=b"", by=by)


class Died(BaseException):
    """The process is gone."""


#: What the network does to a part: arrives, arrives but its answer is lost, the process dies after the disk, never arrives.
FATES = st.sampled_from(["arrives", "answer lost", "dies on disk", "lost", "begins again", "stale part"])


@settings(max_examples=draws(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(1, 400), FATES), min_size=1, max_size=25))
def test_whatever_the_network_does_the_bytes_are_the_senders(
    by: Actor, steps: list[tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    UploadInParts.objects.all().delete()
    upload = begun(by)
    for length, fate in steps:
        sent = UploadInParts.objects.get(pk=upload.pk).n_bytes
        part = CONTENT[sent : sent + length]
        if fate == "begins again":
            assert begun(by) == upload
        elif fate == "stale part" and sent:
            with pytest.raises(parts.UploadElsewhere) as told:
                parts.add_part(upload=upload, offset=sent - 1, part=b"#", by=by)
            assert told.value.details["received"] == sent
        elif fate == "dies on disk":
            with monkeypatch.context() as patch:
                patch.setattr(parts.clock, "now", _die)
                with pytest.raises(Died):
                    parts.add_part(upload=upload, offset=sent, part=part + b"", by=by)
        elif fate in ("arrives", "answer lost"):
            parts.add_part(upload=upload, offset=sent, part=part, by=by)
    sent = UploadInParts.objects.get(pk=upload.pk).n_bytes
    parts.add_part(upload=upload, offset=sent, part=CONTENT[sent:], by=by)
    assert parts._path(upload).read_bytes() == CONTENT


def _die() -> None:
    raise Died


def test_whoever_dies_between_import_and_row_finishes_again_without_a_second_file(
    by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = parts.add_part(upload=begun(by), offset=0, part=CONTENT, by=by)
    with monkeypatch.context() as patch:
        taken = parts.take_whole

        def take_and_die(**facts: Any) -> None:
            taken(**facts)
            raise Died

        patch.setattr(parts, "take_whole", take_and_die)
        with pytest.raises(Died):
            parts.finish_upload(upload=upload, by=by)
    assert ClaimFile.objects.count() == 1
    assert parts.finish_upload(upload=upload, by=by).file == ClaimFile.objects.get()
    assert list(incoming_folder().iterdir()) == []


def test_what_is_not_whole_or_not_what_was_announced_is_not_imported(by: Actor) -> None:
    upload = begun(by, sha256="0" * 64)
    parts.add_part(upload=upload, offset=0, part=CONTENT[:50], by=by)
    with pytest.raises(parts.UploadNotWhole) as told:
        parts.finish_upload(upload=upload, by=by)
    assert told.value.details == {"received": 50, "size": len(CONTENT)}
    with pytest.raises(parts.PartTooLarge):
        parts.add_part(upload=upload, offset=50, part=CONTENT[50:] + b"x", by=by)
    parts.add_part(upload=upload, offset=50, part=CONTENT[50:], by=by)
    with pytest.raises(parts.UploadDamaged):
        parts.finish_upload(upload=upload, by=by)
    upload.refresh_from_db()
    assert (upload.n_bytes, ClaimFile.objects.count()) == (0, 0)
    with pytest.raises(UploadTooLarge):
        begun(by, size_bytes=MAX_UPLOAD_BYTES + 1)


def test_a_full_disk_keeps_what_is_there(by: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = parts.add_part(upload=begun(by), offset=0, part=CONTENT[:80], by=by)
    with monkeypatch.context() as patch:

        def full(*_args: object) -> None:
            raise OSError(errno.ENOSPC, "no room")

        patch.setattr(parts, "_write", full)
        with pytest.raises(parts.NoRoom):
            parts.add_part(upload=upload, offset=80, part=CONTENT[80:], by=by)
    upload = parts.add_part(upload=upload, offset=80, part=CONTENT[80:], by=by)
    assert parts.finish_upload(upload=upload, by=by).file is not None


def test_an_upload_is_its_senders_alone(by: Actor, cast: Cast) -> None:
    upload = begun(by)
    other = actor_of(cast.system_admin)
    assert begun(other) != upload
    with pytest.raises(parts.UploadAbsent):
        parts.find_upload(upload.reference, other)
    with pytest.raises(parts.UploadAbsent):
        parts.add_part(upload=upload, offset=0, part=b"a", by=other)
    with pytest.raises(NotPermitted):
        begun(actor_of(cast.reviewer))


def test_what_nobody_goes_on_with_is_forgotten_with_its_bytes(by: Actor) -> None:
    old = parts.add_part(upload=begun(by), offset=0, part=b"abc", by=by)
    given = parts.add_part(upload=begun(by, mark="other"), offset=0, part=b"abc", by=by)
    parts.give_up(upload=given, by=by)
    assert parts.forget_uploads(timezone.now() + timedelta(days=6)) == 0
    assert parts.forget_uploads(timezone.now() + timedelta(days=8)) == 1
    assert (UploadInParts.objects.filter(pk=old.pk).exists(), list(incoming_folder().iterdir())) == (
        False,
        [],
    )
    kept = AuditEvent.objects.filter(subject__startswith="upload:").values_list("action", flat=True)
    assert sorted(kept) == ["upload.begun", "upload.begun", "upload.given_up"]


def test_a_program_sends_files_but_does_not_say_that_they_are_never_screened(by: Actor, cast: Cast) -> None:
    feed, _token = create_account(name="erp", scopes=["claims:deliver"], by=Actor.system("tests"))
    program = actor_of(feed)
    upload = parts.add_part(upload=begun(program), offset=0, part=CONTENT, by=program)
    file = parts.finish_upload(upload=upload, by=program).file
    assert file is not None
    assert (file.n_accepted, file.received_by) == (20, "erp")
    with pytest.raises(NotPermitted):
        begun(program, is_history=True)


# The interface -----------------------------------------------------------------------------------------------------


def put(client: Client, path: str, content: bytes) -> Any:
    return client.put(f"/api/v1/uploads/{path}", content, content_type="application/octet-stream")


def test_the_interface_takes_parts_and_says_where_to_go_on(client: Client, cast: Cast) -> None:
    get_profile("generic")
    client.force_login(cast.approver)
    about = {"name": "march.csv", "size_bytes": len(CONTENT), "profile": "generic"}
    answer = client.post("/api/v1/uploads/", about, content_type="application/json")
    assert (answer.status_code, answer.json()["received"], answer.json()["file"]) == (201, 0, None)
    one = answer.json()["reference"]
    assert put(client, f"{one}/?offset=0", CONTENT[:64]).json()["received"] == 64
    again = put(client, f"{one}/?offset=0", CONTENT[:64])
    assert (again.status_code, again.json()["code"]) == (409, "upload_elsewhere")
    assert again.json()["facts"] == {"received": 64}
    early = client.post(f"/api/v1/uploads/{one}/finish/")
    assert (early.status_code, early.json()["code"]) == (409, "upload_not_whole")
    assert put(client, f"{one}/?offset=64", CONTENT[64:]).json()["received"] == len(CONTENT)
    assert client.get(f"/api/v1/uploads/{one}/").json()["received"] == len(CONTENT)
    done = client.post(f"/api/v1/uploads/{one}/finish/").json()
    assert client.get(f"/api/v1/deliveries/{done['file']}/").json()["n_accepted"] == 20
    assert client.delete(f"/api/v1/uploads/{one}/").status_code == 404  # it has become a delivery


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"profile": "nobody"}, "profile"),
        ({"size_bytes": 0}, "size_bytes"),
        ({"size_bytes": MAX_UPLOAD_BYTES + 1}, "size_bytes"),
        ({"size_bytes": "12"}, "size_bytes"),
        ({"sha256": "abc"}, "sha256"),
        ({"name": ""}, "name"),
        ({"more": 1}, "more"),
    ],
)
def test_what_cannot_be_begun_says_which_field(
    client: Client, cast: Cast, change: dict[str, Any], field: str
) -> None:
    get_profile("generic")
    client.force_login(cast.approver)
    about = {"name": "march.csv", "size_bytes": 10, "profile": "generic", **change}
    answer = client.post("/api/v1/uploads/", about, content_type="application/json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not UploadInParts.objects.exists()


@pytest.mark.parametrize("offset", ["", "x", "-1", "1e3", "9" * 20])
def test_an_offset_that_is_no_number_is_refused(client: Client, cast: Cast, by: Actor, offset: str) -> None:
    client.force_login(cast.approver)
    answer = put(client, f"{begun(by).reference}/?offset={offset}", b"abc")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["offset"])


def test_a_part_above_the_limit_is_refused_before_it_is_kept(client: Client, cast: Cast, by: Actor) -> None:
    client.force_login(cast.approver)
    upload = begun(by, size_bytes=20 << 20)
    answer = put(client, f"{upload.reference}/?offset=0", b"0" * ((8 << 20) + 1))
    assert answer.status_code == 413
    upload.refresh_from_db()
    assert upload.n_bytes == 0


def test_a_name_that_holds_a_card_number_is_refused_when_it_is_given(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.approver, backend="django.contrib.auth.backends.ModelBackend")
    body = {"name": "4111-1111-1111-1111.csv", "size_bytes": 10, "profile": "generic"}
    told = client.post("/api/v1/uploads/", body, content_type="application/json")
    assert told.status_code == 400
    assert told.json()["fields"]["name"] == [refused_name("4111-1111-1111-1111.csv")]
    assert not UploadInParts.objects.exists()
