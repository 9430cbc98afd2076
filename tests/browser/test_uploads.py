"""A large file in a browser: the connection breaks in the middle, and the same file goes on where it stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraud.claims.importing import uploads
from fraud.claims.importing.profiles import get_profile
from fraud.claims.models import ClaimFile, UploadInParts
from tests.fraud.claims.importing.files import csv_bytes, row

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_large_file_goes_on_where_the_connection_broke(
    visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "start_process", lambda file: None)
    get_profile("generic")
    content = csv_bytes(row()) + b"\n" * (9 << 20)
    path = tmp_path / "march.csv"
    path.write_bytes(content)
    page = visit("approver")
    page.open("/files/")
    page.set_input_files("#file", str(path))
    page.route("**offset=8388608", lambda route: route.fulfill(status=507, json={}))
    page.locator("form[data-parts] .primary").click()
    page.wait_for_selector("progress.failed")
    assert UploadInParts.objects.get().n_bytes == 8 << 20
    page.unroute("**offset=8388608")
    page.locator("form[data-parts] .primary").click()
    page.wait_for_url("**/files/F-*/")
    file = ClaimFile.objects.get(name="march.csv")
    assert (file.size_bytes, uploads.waiting_path(file).read_bytes()) == (len(content), content)
