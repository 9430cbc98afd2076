"""The canary walk: card and resident numbers are handed in at every door; no table, file, mail or log line has one afterwards (ASVS 5: 14.2.6, 16.2.5)."""

from __future__ import annotations

import io
import logging
import os
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from PIL import Image, PngImagePlugin

from audit.models import AuditEvent
from audit.services import find_faults
from cases.models import Case, OutboxMessage, SavedView, StatementEntry
from cases.services.outbox import send_outbox
from cases.workflow import State
from fraud.claims.importing.profiles import get_profile
from fraud.claims.receipts.taking import take_receipt_folder
from fraud.project.logs import JsonFormatter
from rules.models import Parameter, ValueChange, ValueList
from tests.canary import Canary, digits_of
from tests.canary_files import shown_in_files
from tests.cases import files
from tests.cases.conftest import company, people, stage
from tests.cases.stage import Stage, fresh
from tests.cases.statements.files import bank_table, camt, csv_of
from tests.cast import NOW, make_claim
from tests.fraud.claims.importing.files import HEADER, csv_bytes, csv_text, row

__all__ = ["company", "people", "stage"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forked_reading")]
DAY = date(2026, 11, 20)


class Walk:
    """Somebody of the cast at the doors, with a canary."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.canary, self.answers = stage, Canary(), 0
        self.surprises: list[str] = []
        self.clients: dict[str, Client] = {}

    def by(self, name: str) -> Client:
        if name not in self.clients:
            self.clients[name] = Client(raise_request_exception=True)
            self.clients[name].force_login(
                getattr(self.stage.cast, name), backend="django.contrib.auth.backends.ModelBackend"
            )
        return self.clients[name]

    def post(self, name: str, path: str, /, *, status: tuple[int, ...] = (302,), **form: Any) -> Any:
        """A page's form; the answer has to be one of the statuses, so that a number was really taken in, or really refused."""
        answer = self.by(name).post(path, form)
        self.answers += 1
        if answer.status_code not in status:
            self.surprises.append(f"{name} {path}: {answer.status_code}")
        return answer

    def act(self, name: str, case: Case, action: str, /, **form: Any) -> Case:
        self.post(name, f"/cases/{case.reference}/do/{action}/", version=fresh(case).version, **form)
        return fresh(case)

    def money(self, name: str, case: Case, action: str, /, **form: Any) -> None:
        self.post(name, f"/recovery/{case.reference}/{action}/", version=fresh(case).version, **form)

    def api(self, name: str, path: str, body: Any, *, status: tuple[int, ...], **headers: str) -> Any:
        answer = self.by(name).post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)
        self.answers += 1
        if answer.status_code not in status:
            self.surprises.append(f"{name} {path}: {answer.status_code}")
        return answer

    def text(self) -> str:
        return self.canary.text()

    def upload(self, content: bytes, ending: str) -> SimpleUploadedFile:
        """A file that has a number in its name as well."""
        return SimpleUploadedFile(f"{self.canary.number()}{ending}", content)


@pytest.fixture
def walk(stage: Stage) -> Walk:
    return Walk(stage)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the product's own log would say, from the first word on."""
    lines, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonFormatter())
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lines
    root.removeHandler(handler)
    root.setLevel(before)


def casework(walk: Walk) -> None:
    """Every text of a reviewer, an approver and a lead."""
    text, stage = walk.text, walk.stage
    case = walk.act("reviewer", stage.case(), "take")
    walk.act("reviewer", case, "notes", text=text())
    walk.act("reviewer", case, "snooze", until="2026-12-01", reason=text())
    walk.act("reviewer", case, "wake")
    walk.act("reviewer", case, "request-explanation", text=text(), questions=[text(), text()], language="ko")
    walk.act("reviewer", case, "extend-deadline", days="2", reason=text())
    walk.act("reviewer", case, "withdraw-request", reason=text())
    walk.act("reviewer", case, "release", reason=text())
    told = {"disposition": "confirmed_misuse", "amount": "84000", "currency": "KRW"}
    case = stage.case_in(State.EXPLAINED)
    walk.act("reviewer", case, "propose", **told, reason=text(), policy_clause=text(), message=text())
    walk.act("approver", case, "return", reason=text())
    case = walk.act("reviewer", case, "propose", **told, reason=text(), policy_clause=text(), message=text())
    proposal = case.decisions.get(state="proposed")
    case = walk.act("approver", case, "approve", content_hash=proposal.content_hash, reason=text())
    assert case.state == State.NOTIFIED  # what was struck out does not void an approval
    case = stage.case_in(State.APPEALED)
    walk.act("other_approver", case, "decide-appeal", result="upheld", reason=text(), message=text())
    case = walk.act("reviewer", stage.case(), "take")
    walk.act("reviewer", case, "close", disposition_reason="business_purpose", reason=text())
    walk.act("approver", case, "reopen", reason=text())
    claim = make_claim(cardholder=stage.cast.cardholder_record)
    walk.post("reviewer", f"/claims/{claim.pk}/tip/", origin="letter", text=text(), status=(302, 200, 422))
    walk.post("reviewer", f"/claims/{claim.pk}/case/", reason=text(), status=(302, 200, 422))
    walk.post(
        "reviewer",
        "/queue/close/",
        case=f"{stage.taken().reference}@1",
        reason=text(),
        status=(302, 200, 422),
    )
    for query in (f"q={walk.canary.number()}", f"?note={walk.canary.number().replace(' ', '%20')}"):
        walk.post("reviewer", "/queue/views/", name=walk.canary.number(), query=query)
    assert SavedView.objects.count() == 2


def cardholder(walk: Walk) -> None:
    """Every text and every kind of file of the person asked."""
    text, stage = walk.text, walk.stage
    case = stage.case_in(State.AWAITING_EXPLANATION)
    my = f"/my/{case.reference}"
    walk.post(
        "cardholder",
        f"{my}/draft/",
        page="one",
        text=text(),
        offered=walk.canary.number()[:30],
        **{"answer-1": text()},
    )
    walk.post("cardholder", f"{my}/extension/", reason=text())
    for content, ending, status in (*pictures(walk), *papers(walk)):
        sent = walk.upload(content, ending)
        walk.post("cardholder", f"{my}/draft/", page="one", text=text(), files=sent, status=status)
    walk.post(
        "cardholder",
        f"{my}/answer/",
        page="one",
        version=fresh(case).version,
        text=text(),
        **{"answer-1": text()},
    )
    assert fresh(case).state == State.EXPLAINED
    case = stage.case_in(State.NOTIFIED)
    walk.post("cardholder", f"/my/{case.reference}/appeal/", version=case.version, text=text())
    case = stage.case_in(State.RECOVERING)
    walk.post(
        "cardholder",
        f"/my/{case.reference}/consent/",
        version=case.version,
        monthly_amount="1000",
        agree="on",
        text=text(),
    )


def pictures(walk: Walk) -> list[tuple[bytes, str, tuple[int, ...]]]:
    """Evidence with numbers where nobody sees them: kept without them (302), or refused (422)."""
    number = walk.canary.number
    exif = Image.Exif()
    exif[0x010E], exif[0x9286] = f"at {number()}", f"said {number()}"
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", number().translate({ord(" "): "-"}))
    info.add_itxt("Title", number())
    said = f"BT (total {number()}) Tj ET".encode()
    return [
        (files.picture("JPEG", exif=exif, comment=number().encode()), ".jpg", (302,)),
        (files.picture("PNG", pnginfo=info), ".png", (302,)),
        (files.picture("WEBP", exif=exif, xmp=number().encode()), ".webp", (302,)),
        (files.picture("PNG") + number().encode(), ".png", (302, 422)),
        (files.pdf(stream=said), ".pdf", (302, 422)),
        (files.pdf(b"5 0 obj\n<< /Author (%s) >>\nendobj\n" % number().encode()), ".pdf", (302, 422)),
        (number().encode(), ".txt", (422,)),
    ]


def papers(walk: Walk) -> list[tuple[bytes, str, tuple[int, ...]]]:
    """PDFs and pictures that show a number to whoever opens them, however it is set, packed or hidden: all of them are refused."""
    return [(content, ending, (422,)) for _name, content, ending in shown_in_files(walk.canary)]


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


def ledger(walk: Walk) -> None:
    """Postings, statements, entries, profiles, write-offs."""
    text, number = walk.text, walk.canary.number
    case = walk.stage.case_in(State.RECOVERING)
    told = {"amount": "1000", "method": "bank_transfer", "received_on": DAY.isoformat()}
    for _ in range(2):
        walk.money("clerk", case, "postings", **told, bank_reference=number(), note=text())
    content = camt(
        [
            (2_000, DAY, False, number(), f"{case.reference} {number()}"),
            (3_000, DAY, False, number(), number()),
        ]
    )
    # A name that is a number is refused, or struck out; under a plain one the same file is taken.
    walk.post("clerk", "/recovery/file/", file=walk.upload(content, ".xml"), status=(200, 302))
    walk.post("clerk", "/recovery/file/", file=SimpleUploadedFile("a.xml", content), status=(200, 302))
    table = csv_of(bank_table([(4_000, DAY, False, "", f"이체 {number()}"), (5_000, DAY, False, "", text())]))
    walk.post("clerk", "/recovery/file/", file=walk.upload(table, ".csv"), status=(200, 302))
    walk.post("clerk", "/recovery/file/", file=SimpleUploadedFile("b.csv", table), status=(200, 302))
    lines = f"case,amount,currency,received_on,method,bank_reference\n{case.reference},1000,KRW,{DAY},bank_transfer,{number()}\nX,1,KRW,{DAY},bank_transfer,{number()}\n"
    walk.post("clerk", "/recovery/file/", file=walk.upload(lines.encode(), ".csv"), status=(200, 302))
    walk.post("clerk", "/recovery/file/", file=SimpleUploadedFile("c.csv", lines.encode()), status=(200, 302))
    assert StatementEntry.objects.count() == 4
    entry = StatementEntry.objects.order_by("pk").last()
    assert entry is not None
    walk.post("clerk", f"/recovery/entries/{entry.pk}/set-aside/", reason=text(), status=(302, 200))
    walk.post(
        "clerk",
        "/recovery/entries/profile/",
        name=number(),
        lines=f"text = {number()}",
        status=(302, 200, 422),
    )
    walk.money("clerk", case, "request-write-off", reason=text())
    walk.money("approver", case, "return-write-off", reason=text())
    for path in ("/recovery/export/",):
        walk.post("clerk", path, reason=text(), status=(200,))


def rulebook(walk: Walk) -> None:
    """Rules, lists, parameters: what could only be a mistake is refused, the rest struck out."""
    text, number = walk.text, walk.canary.number
    about = {
        name: text()
        for name in ("name_en", "name_ko", "policy_clause", "policy_clause_en", "question_en", "question_ko")
    }
    good = {"code": "Z77", "text": "amount > 500,000 KRW", "group": "amount"}
    walk.post(
        "rule_admin",
        "/rules/new/",
        **{**good, **about, "text": f'merchant_name = "{number()}"'},
        status=(422, 200),
    )
    for door in ("read", "try", "explain"):
        written = f'merchant.name = "{number()}"'
        walk.post("rule_admin", f"/rules/{door}/", text=written, claim=number(), status=(200, 422))
    walk.post("rule_admin", "/rules/read/", tree=f'{{"text": "{number()}"}}', status=(200, 422))
    walk.post("rule_admin", "/rules/new/", **good, **about)
    walk.post(
        "rule_admin",
        "/rules/Z77/1/save/",
        text=good["text"],
        weight="1",
        note=text(),
        seen="1",
        status=(302, 200, 409, 422),
    )
    walk.post("rule_admin", "/rules/Z77/1/discard/", reason=text(), seen="1", status=(302, 200, 409, 422))
    bars = ValueList.objects.create(name="bars", label_en="Bars", label_ko="주점", values=["bar", "pub"])
    walk.post(
        "rule_admin",
        f"/rules/values/lists/{bars.name}/",
        values=f"bar\n{number()}",
        reason=text(),
        lock_version="1",
        status=(422, 200),
    )
    assert not ValueChange.objects.exists()
    walk.post(
        "rule_admin",
        f"/rules/values/lists/{bars.name}/",
        values="bar",
        reason=text(),
        lock_version="1",
        status=(302,),
    )
    Parameter.objects.create(name="limit", kind="money", label_en="Limit", label_ko="한도")
    walk.post(
        "rule_admin",
        "/rules/values/parameters/limit/",
        value="500,000",
        currency="KRW",
        valid_from="2026-12-01",
        reason=text(),
        grade=number()[:20],
        status=(302, 200, 422, 409),
    )


def company_and_models(walk: Walk) -> None:
    text = walk.text
    walk.post(
        "system_admin",
        "/settings/propose/",
        four_eyes_share="11",
        note=text(),
        seen="0",
        status=(302, 200, 409, 422),
    )
    walk.post(
        "system_admin",
        "/calendar/",
        on="2026-11-25",
        name=text()[:80],
        kind="company",
        reason=text()[:300],
        status=(302, 403),
    )
    walk.post(
        "approver",
        "/detection/threshold/propose/",
        value="0.3",
        note=text(),
        status=(302, 200, 403, 404, 409, 422),
    )
    walk.post(
        "model_owner",
        "/detection/experiments/start/",
        kind=walk.canary.number(),
        reason=text(),
        status=(302, 200, 400, 404, 422),
    )


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


DOORS = (
    casework,
    cardholder,
    receipts,
    ledger,
    rulebook,
    company_and_models,
    deliveries,
    programs,
    addresses,
)


def test_no_number_handed_in_at_any_door_is_kept_anywhere(
    walk: Walk, log: io.StringIO, settings: Any, mailoutbox: list[Any]
) -> None:
    for door in DOORS:
        door(walk)
    OutboxMessage.objects.update(next_attempt_at="2020-01-01T00:00:00Z")
    send_outbox(limit=1000)
    assert len(mailoutbox) > 5
    mails = {f"mail {n}": f"{mail.subject}\n{mail.body}\n{mail.to}" for n, mail in enumerate(mailoutbox)}
    kept = walk.canary.kept({"log": log.getvalue(), **mails}, settings.HOME)
    print(
        f"{len(walk.canary.planted)} numbers planted in {walk.answers} requests, {walk.canary.places} places searched, {len(kept)} kept"
    )
    assert (walk.surprises, kept) == ([], [])
    assert len(set(walk.canary.planted)) == len(walk.canary.planted) >= 150
    assert walk.canary.places > 300
    assert find_faults() == []


@pytest.mark.parametrize("way", ["a note with {}", "q={}&x=1", '{{"a": "{}"}}'])
def test_the_search_finds_a_number_wherever_and_however_it_stands(
    walk: Walk, way: str, settings: Any
) -> None:
    for _ in range(8):
        written = walk.canary.number()
        assert walk.canary.planted[-1] in digits_of(way.format(written.replace(" ", "%20")))
        (settings.HOME / "told.txt").write_text(way.format(written), encoding="utf-8")
        assert len(walk.canary.kept({}, settings.HOME)) == 1
