"""Photos on the cardholder's page: what they were called is told beside them, and a refusal says how many others were kept."""

from __future__ import annotations

import io

import pytest

from tests.cases import files
from tests.cases.stage import Stage
from tests.cases.test_views_my import shown
from tests.cases.test_views_my_changes import client_of


def named(content: bytes, name: str) -> io.BytesIO:
    kept = io.BytesIO(content)
    kept.name = name
    return kept


BAD = (b"GIF89a" + b"\0" * 40, "a.gif")


@pytest.mark.parametrize(
    ("good", "told"),
    [
        ([], ""),
        ([(files.picture("JPEG"), "IMG_0001.HEIC")], "The one other file was kept."),
        (
            [(files.picture("JPEG"), "IMG_0001.HEIC"), (files.pdf(), "bill.pdf")],
            "The 2 other files were kept.",
        ),
    ],
)
@pytest.mark.parametrize("way", ["answer", "appeal"])
def test_a_refused_file_is_named_with_the_kinds_and_others_are_counted(
    stage: Stage, way: str, good: list[tuple[bytes, str]], told: str
) -> None:
    case = stage.asked() if way == "answer" else stage.notified()
    step, save = ("files", "draft") if way == "answer" else ("appeal-files", "appeal-draft")
    client = client_of(stage, "cardholder")
    page = client.get(f"/my/{case.reference}/?step={step}").content.decode()
    here = {name: shown(page, name) for name in ("number", "page")}
    sent = [named(*BAD), *(named(*one) for one in good)]
    refused = client.post(f"/my/{case.reference}/{save}/", {**here, "text": "", "stay": step, "files": sent})
    assert refused.status_code == 422
    page = refused.content.decode()
    alert = page.split('role="alert"')[1].split("</form>")[0].split("What you typed")[0]
    assert "a.gif" in alert
    assert "PDF, PNG, JPEG, WebP, HEIC" in alert
    assert told in alert
    assert ("kept." in alert) == bool(told)
    assert ("handed in as IMG_0001.HEIC" in page) == bool(good)
    assert ("no picture of it can be shown" in page) == (len(good) == 2)
