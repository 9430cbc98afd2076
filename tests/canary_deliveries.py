"""Doors of the canary walk through which files, programs and addresses come."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from audit.models import AuditEvent
from fraud.claims.importing.profiles import get_profile
from fraud.claims.receipts.taking import take_receipt_folder
from tests.canary import Canary
from tests.canary_files import shown_in_files
from tests.canary_walk import Walk
from tests.cases.stage import fresh
from tests.cast import NOW, make_claim
from tests.fraud.claims.importing.files import HEADER, csv_bytes, csv_text, row


def receipts(walk: Walk) -> None:
    """The same kinds of files as receipts in a folder, each named like its claim: neither their bytes are kept nor what they say."""
    person = walk.stage.cast.cardholder_record
    with tempfile.TemporaryDirectory() as name:
        for n, (_what, content, ending) in enumerate(shown_in_files(walk.canary)):
            make_claim(cardholder=person, external_id=f"RC-{n}")
            path = Path(name) / f"RC-{n}{ending}"
            path.write_bytes(content)
            os.utime(path, (0, NOW.timestamp() - 3600))  # it has lain there for an hour of the walk's time
        by = walk.stage.actor("system_admin")
        ends = [one.end for one in take_receipt_folder(folder=Path(name), by=by, settled=0)]
    walk.answers += len(ends)
    assert ends.count("taken") >= 15, ends


def deliveries(walk: Walk) -> None:
    """Files and rows of claims, people, outcomes; profiles and their exemptions."""
    text, number = walk.text, walk.canary.number
    get_profile("generic")
    for column in ("적요", "가맹점명", "claim_id", "사번"):
        content = csv_bytes(row(claim_id="G-1"), row(**{"claim_id": "B-1", column: number()}))
        walk.post(
            "system_admin",
            "/files/upload/",
            profile="generic",
            file=walk.upload(content, ".csv"),
            status=(302, 200, 403, 422),
        )
        clean = SimpleUploadedFile("claims.csv", content)
        walk.post(
            "system_admin", "/files/upload/", profile="generic", file=clean, status=(302, 200, 403, 422)
        )
    walk.post(
        "system_admin",
        "/files/assistant/",
        file=walk.upload(csv_bytes(row(적요=number())), ".csv"),
        status=(302, 200, 422),
    )
    for waits in waiting_files(walk.canary):
        sent = SimpleUploadedFile("claims", waits)
        walk.post("system_admin", "/files/assistant/", file=sent, status=(200, 422))
    exempt = "/files/profiles/generic/exemptions/"
    walk.post("system_admin", exempt, column=number(), reason=text(), status=(302, 200, 422))
    walk.post(
        "system_admin",
        "/files/profiles/generic/",
        name=number(),
        label_en=text(),
        label_ko=text(),
        reason=text(),
        spec="{}",
        status=(302, 200, 422),
    )
    people = f"사번,성명,부서코드\nE7001,{number()},D1\n".encode()
    walk.post(
        "system_admin",
        "/files/people/send/",
        feed="cardholders",
        file=walk.upload(people, ".csv"),
        status=(200, 422),
    )
    walk.post(
        "system_admin",
        "/files/people/send/",
        feed="cardholders",
        file=SimpleUploadedFile("p.csv", people),
        status=(200, 422),
    )
    outcomes = f"claim,outcome,decided_at,reference\nX,misuse,2026-11-01,{number()}\n".encode()
    for sent in (walk.upload(outcomes, ".csv"), SimpleUploadedFile("o.csv", outcomes)):
        walk.post("reviewer", "/labels/deliver/", file=sent, status=(200, 422, 403))
    walk.post(
        "reviewer",
        "/labels/deliver/",
        claim=number(),
        outcome="misuse",
        decided_at="2026-11-01",
        reference=number(),
        status=(200, 302, 422, 403),
    )
    for name in ("approver", "auditor", "model_owner"):
        for path in ("/labels/export/", "/scores/export/", "/claims/export/", "/audit/export/"):
            query = f"?q={number().replace(' ', '%20')}"
            walk.post(name, path + query, reason=text(), status=(200, 302, 400, 403, 405, 422))
    assert {"labels.exported", "claims.exported"} <= set(AuditEvent.objects.values_list("action", flat=True))


def waiting_files(canary: Canary) -> Iterator[bytes]:
    """What the assistant would keep for the next step: a number in a column, a title, another sheet, a comment, in any encoding."""
    number = canary.number
    for encoding, make in (("utf-8", number), ("utf-16", number), ("cp949", canary.plain)):
        for _ in range(4):  # cards, and a resident number
            yield csv_text([row(), row(**{"claim_id": "W-2", "적요": make()})]).encode(encoding)
        yield f"카드 내역 {make()}\r\n{csv_text([row()])}".encode(encoding)
    for place in ("comment", "sheet", "property"):
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True})
        sheet = book.add_worksheet("claims")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, list(row().values()))
        if place == "comment":
            sheet.write_comment("B2", number())
        elif place == "sheet":
            book.add_worksheet("others").write(3, 3, number())
        else:
            book.set_properties({"comments": number()})
        book.close()
        yield out.getvalue()


def programs(walk: Walk) -> None:
    """The interface: bodies, keys, versions, absent things, bodies that are none."""
    number, plain, case = walk.canary.number, walk.canary.plain, walk.stage.taken()
    for _ in range(2):
        headers = {"If-Match": f'"{fresh(case).version}"', "Idempotency-Key": f"key {plain()}"}
        walk.api(
            "reviewer", f"cases/{case.reference}/notes/", {"text": walk.text()}, status=(200, 201), **headers
        )
    walk.api(
        "reviewer",
        f"cases/{case.reference}/notes/",
        {"text": walk.text(), number(): number()},
        status=(400, 422, 428),
        **{"If-Match": f'"{plain()}"'},
    )
    walk.api(
        "reviewer",
        "outcomes/",
        {"rows": [{"claim": number(), "outcome": "misuse"}]},
        status=(200, 400, 403, 422),
    )
    walk.api(
        "reviewer",
        "tips/",
        {"claim": number(), "text": walk.text(), "origin": "letter"},
        status=(400, 403, 404, 422),
    )
    walk.api("reviewer", f"cases/{number()}/take/", {}, status=(400, 404, 428))
    walk.api(
        "system_admin",
        "claims/",
        {"profile": "generic", "rows": [row(적요=number())]},
        status=(200, 201, 400, 403, 409, 415, 422),
    )


def addresses(walk: Walk) -> None:
    """Queries, paths and headers, signed in and not."""
    number = walk.canary.number
    for path in (
        "/search/",
        "/queue/",
        "/claims/",
        "/audit/",
        "/audit/accesses/",
        "/labels/",
        "/runs/",
        "/files/",
    ):
        for name in ("q", "actor", "after"):
            walk.by("auditor").get(path, {name: number()})
            walk.by("reviewer").get(path, {name: number()})
    for path in ("/cases/{}/", "/my/{}/", "/evidence/{}/", "/recovery/{}/", "/files/{}/", "/nothing/{}/"):
        walk.by("reviewer").get(path.format(number()))
    for _ in range(3):
        Client().post(
            f"/accounts/login/?next=/{number()}/",
            {"username": number(), "password": number(), "next": f"/queue/?q={number()}"},
            headers={"User-Agent": f"robot {walk.canary.plain()}", "Accept": "text/html"},
        )
    for name in (number(), f"kim {number()}"):
        with pytest.raises(CommandError):
            call_command(
                "create_login", name, "--role", "reviewer", "--name", number(), "--email", "a@example.org"
            )
