"""The pages of files and profiles: sending, what became of the rows, downloading, and changing a profile."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from audit.models import AccessRecord
from audit.services import actor_of
from fraud.claims.file_words import profile_words
from fraud.claims.importing import uploads
from fraud.claims.importing.fields import FIELDS
from fraud.claims.importing.profile_json import KEYS
from fraud.claims.importing.profiles import get_profile
from fraud.claims.models import Claim, ClaimFile, ImportProfile
from tests.cast import Cast, make_cast, make_file
from tests.fraud.claims.importing.files import csv_bytes, deliver, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forked_reading")]
TODAY = {"사용일시": "2026-03-02 12:30:00"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def signed_in(client: Client, user: object) -> Client:
    client.force_login(user)  # type: ignore[arg-type]
    client.cookies["django_language"] = "en"
    return client


def send(client: Client, content: bytes, name: str = "march.csv", **fields: str):
    data = {"profile": "generic", "file": SimpleUploadedFile(name, content), **fields}
    return client.post("/files/upload/", data, follow=True)


def test_a_sent_file_is_imported_and_its_page_tells_every_outcome(client: Client, cast: Cast) -> None:
    get_profile("generic")
    signed_in(client, cast.approver)
    answer = send(client, csv_bytes(row(**TODAY), row(claim_id="C-2", 금액="=1+1"), row(**TODAY)))
    page = answer.content.decode()
    file = ClaimFile.objects.get()
    assert answer.redirect_chain == [(f"/files/{file.reference}/", 302)]
    assert (file.state, file.n_accepted, file.n_duplicate, file.n_rejected) == ("imported", 1, 1, 1)
    assert "Not an amount." in page
    assert "amount_not_valid" in page
    assert file.received_by == cast.approver.username
    assert not list(uploads.incoming_folder().iterdir())


def test_a_refused_file_says_why_and_what_was_kept(client: Client, cast: Cast) -> None:
    get_profile("generic")
    page = send(signed_in(client, cast.approver), csv_bytes(row(적요="4111111111111111"))).content.decode()
    assert "A full card number was found" in page
    assert "None of its rows was stored." in page
    assert "4111111111111111" not in page
    assert not list(uploads.incoming_folder().iterdir())


def test_the_same_file_again_leads_to_the_first_one(client: Client, cast: Cast) -> None:
    get_profile("generic")
    signed_in(client, cast.approver)
    send(client, csv_bytes(row(**TODAY)))
    again = send(client, csv_bytes(row(**TODAY)), name="april.csv")
    assert "This file was delivered before." in again.content.decode()
    assert ClaimFile.objects.count() == Claim.objects.count() == 1


def test_the_same_file_after_another_one_says_so_and_holds_again_only_where_that_is_meant(
    client: Client, cast: Cast, tmp_path: Path
) -> None:
    """By page and by command; also where the newest delivery of the same bytes changed nothing."""
    get_profile("generic")
    signed_in(client, cast.approver)
    first, second = csv_bytes(row(**TODAY, 금액="71000")), csv_bytes(row(**TODAY, 금액="51000"))
    for content, more in ((first, {}), (second, {}), (first, {"again": "1"}), (first, {"again": "1"})):
        send(client, content, **more)
    send(client, second, again="1")
    page = send(client, first).content.decode()
    assert "told of 1 of its claims since" in page
    assert Claim.objects.get().amount_minor == 51_000
    (path := tmp_path / "again.csv").write_bytes(first)
    said = StringIO()
    call_command("import_claims", str(path), stdout=said)
    assert "--again" in said.getvalue()
    call_command("import_claims", str(path), again=True, stdout=StringIO())
    assert Claim.objects.get().amount_minor == 71_000


def test_a_large_file_waits_for_a_process_and_can_be_started_again(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    get_profile("generic")
    started: list[ClaimFile] = []
    monkeypatch.setattr(uploads, "AT_ONCE_BYTES", 10)
    monkeypatch.setattr(uploads, "start_process", started.append)
    page = send(signed_in(client, cast.approver), csv_bytes(row(**TODAY))).content.decode()
    (file,) = started
    assert not Claim.objects.exists()
    assert uploads.waiting_path(file).exists()
    assert 'hx-trigger="every 1s"' in page
    assert "Go on with it" in page
    client.post(f"/files/{file.reference}/resume/")
    assert len(started) == 2
    done = uploads.import_waiting(file=ClaimFile.objects.get(), by=actor_of(cast.approver))
    assert (done.state, done.n_accepted) == ("imported", 1)
    assert not uploads.waiting_path(file).exists()
    part = client.get(f"/files/{file.reference}/", headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"
    assert "<html" not in part.content.decode()


def test_sending_nothing_or_too_much_says_what_would_be_right(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    get_profile("generic")
    signed_in(client, cast.approver)
    assert client.post("/files/upload/", {"profile": "generic"}).status_code == 422
    monkeypatch.setattr(uploads, "MAX_UPLOAD_BYTES", 10)
    assert send(client, csv_bytes(row())).status_code == 413
    assert not list(uploads.incoming_folder().iterdir())
    assert not ClaimFile.objects.exists()


def test_rejected_rows_are_filtered_paged_downloaded_and_the_look_is_on_record(
    client: Client, cast: Cast, tmp_path: Path
) -> None:
    rows = [row(claim_id=f"C-{i}", 금액="x") for i in range(60)] + [row(claim_id="=cmd()", 금액="1e5")]
    file = deliver(tmp_path, csv_bytes(*rows))
    signed_in(client, cast.auditor)
    page = client.get(f"/files/{file.reference}/").content.decode()
    assert page.count("amount_not_valid</code>") == 50
    only = client.get(f"/files/{file.reference}/?code=amount_scientific").content.decode()
    assert only.count("amount_scientific</code>") == 1
    assert "amount_not_valid</code>" not in only
    last = client.get(f"/files/{file.reference}/").context["page"].next_cursor
    assert (
        client.get(f"/files/{file.reference}/?after={last}").content.decode().count("amount_not_valid</code>")
        == 10
    )
    lines = (
        b"".join(
            client.post(f"/files/{file.reference}/rejects.csv", {"reason": "to mend them"}).streaming_content
        )
        .decode("utf-8-sig")
        .splitlines()
    )
    assert len(lines) == 62
    assert lines[-1].startswith("62,금액,amount_scientific,")
    assert "'=cmd()" in lines[-1]
    assert (
        AccessRecord.objects.filter(subject=f"file:{file.reference}").count() == 5
    )  # four pages, one download


@pytest.mark.parametrize(
    ("person", "path", "status"),
    [
        ("approver", "/files/", 200),
        ("auditor", "/files/", 200),
        ("reviewer", "/files/", 403),
        ("cardholder", "/files/", 403),
        ("auditor", "/files/profiles/", 200),
        ("reviewer", "/files/profiles/", 403),
        ("auditor", "/files/F-0-000000/", 404),
    ],
)
def test_only_who_may_sees_files(client: Client, cast: Cast, person: str, path: str, status: int) -> None:
    assert signed_in(client, getattr(cast, person)).get(path).status_code == status


def test_only_who_may_sends_files_and_changes_profiles(client: Client, cast: Cast) -> None:
    get_profile("generic")
    signed_in(client, cast.auditor)
    assert send(client, csv_bytes(row())).status_code == 403
    assert client.post("/files/profiles/generic/", {"spec": "{}"}).status_code == 403
    assert ImportProfile.objects.get(name="generic").version == 1


def test_a_profile_is_saved_under_a_new_name_with_its_problems_shown_first(
    client: Client, cast: Cast
) -> None:
    spec = get_profile("generic").spec
    signed_in(client, cast.system_admin)
    wrong = client.post(
        "/files/profiles/generic/", {"name": "ours", "spec": json.dumps({**spec, "delimiter": "ab"})}
    )
    assert wrong.status_code == 422
    assert "delimiter: Expected" in wrong.content.decode()
    broken = client.post("/files/profiles/generic/", {"name": "ours", "spec": "{"})
    assert "Line 1, column 2" in broken.content.decode()
    right = client.post(
        "/files/profiles/generic/",
        {"name": "ours", "spec": json.dumps({**spec, "delimiter": ";"})},
        follow=True,
    )
    assert right.redirect_chain == [("/files/profiles/ours/", 302)]
    assert ImportProfile.objects.get(name="ours").spec["delimiter"] == ";"
    assert ImportProfile.objects.get(name="generic").spec == spec


def test_a_profile_is_tried_on_a_file_before_it_is_saved(client: Client, cast: Cast) -> None:
    spec = get_profile("generic").spec
    signed_in(client, cast.system_admin)
    content = csv_bytes(row(), row(claim_id="C-2", 금액="x"))
    data = {"spec": json.dumps(spec), "try": "1", "file": SimpleUploadedFile("a.csv", content)}
    page = client.post("/files/profiles/generic/", data).content.decode()
    assert "The first rows, as they would be stored" in page
    assert "한빛식당" in page
    assert "Not an amount." in page
    assert not Claim.objects.exists()
    assert not ClaimFile.objects.exists()


def test_a_profiles_page_explains_every_setting_and_names_every_field(client: Client, cast: Cast) -> None:
    get_profile("generic")
    text = signed_in(client, cast.system_admin).get("/files/profiles/generic/").content.decode()
    assert set(profile_words()) == set(KEYS)
    assert all(f"<code>{name}</code>" in text for name in [*KEYS, *FIELDS])


def test_an_import_that_goes_on_can_be_cancelled_on_its_page(client: Client, cast: Cast) -> None:
    file = make_file(state="importing", profile=get_profile("generic"), n_rows=100, rows_done=40)
    signed_in(client, cast.approver)
    assert (
        f'action="/files/{file.reference}/cancel/"'
        in client.get(f"/files/{file.reference}/").content.decode()
    )
    page = client.post(f"/files/{file.reference}/cancel/", follow=True).content.decode()
    assert "The import was cancelled" in page
    assert f"Cancelled by {cast.approver.username}." in page
    assert "/cancel/" not in page
    again = client.post(f"/files/{file.reference}/cancel/", follow=True).content.decode()
    assert "The import had ended already." in again
    signed_in(client, cast.auditor)
    assert client.post(f"/files/{file.reference}/cancel/").status_code == 403
