"""Evidence uploads: the numbered cases D1 to D18 of what people send, and what becomes of each (ASVS 5: 5.2.1, 5.2.2, 5.2.6, 5.3.2, 5.4.1, 5.4.2, 5.4.3)."""

from __future__ import annotations

import errno
import hashlib
import io
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from audit.models import AuditEvent
from audit.services import find_faults
from cases.evidence import store
from cases.evidence.kinds import KINDS, KindNotAllowed, sniff
from cases.evidence.names import MAX_NAME, clean_name, named_as
from cases.evidence.preview import PictureDamaged, PictureTooLarge, pdf_previews, picture_preview
from cases.evidence.scanner import Verdict, scan
from cases.models import Case, Evidence, ExplanationRequest
from cases.services import appeals, errors, evidence, evidence_opening, explanations
from cases.services.steps import current_request
from tests.cases import files
from tests.cases.stage import Stage, fresh


def request_of(case: Case) -> ExplanationRequest:
    request = current_request(case)
    assert request is not None
    return request


@pytest.fixture
def request_sent(stage: Stage) -> ExplanationRequest:
    return request_of(stage.asked())


def add(
    stage: Stage, request: ExplanationRequest, name: str, content: Any, by: str = "cardholder"
) -> Evidence:
    return evidence.add_evidence(request=request, name=name, content=content, by=stage.actor(by))


GOOD = {
    "receipt.png": (files.picture("PNG"), "image/png", True),
    "receipt.JPG": (files.picture("JPEG"), "image/jpeg", True),
    "receipt.webp": (files.picture("WEBP"), "image/webp", True),
    "invoice.pdf": (files.pdf(), "application/pdf", False),
    "IMG_0001.HEIC": (files.heic(), "image/heic", True),
}


@pytest.mark.parametrize("name", GOOD)
def test_allowed_kinds_are_kept_as_sent_under_a_random_key(
    stage: Stage, request_sent: ExplanationRequest, name: str
) -> None:
    content, kind, has_preview = GOOD[name]
    kept = add(stage, request_sent, name, io.BytesIO(content))
    assert (kept.name, kept.content_type, kept.has_preview, kept.flags) == (name, kind, has_preview, [])
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert store.read(kept.key) == content
    assert len(kept.key) == 64
    assert name not in str(store.path_of(kept.key))
    opened = evidence_opening.open_evidence(evidence=kept, by=stage.actor("cardholder"))
    assert (opened.content, opened.name) == (content, name)


# number, name, content, refusal, status
REFUSED = [
    ("D1", "setup.exe", b"MZ\x90\x00" + b"\0" * 100, "evidence_kind_not_allowed", 415),
    ("D1", "run.js", b"alert(1)", "evidence_kind_not_allowed", 415),
    ("D1", "run.bat", b"@echo off", "evidence_kind_not_allowed", 415),
    ("D1", "disk.iso", b"\0" * 32769 + b"CD001", "evidence_kind_not_allowed", 415),
    ("D1", "setup.msi", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64, "evidence_kind_not_allowed", 415),
    ("D2", "logo.svg", files.SVG, "evidence_kind_not_allowed", 415),
    ("D2", "page.html", b"<html><script>1</script>", "evidence_kind_not_allowed", 415),
    ("D2", "picture.png", files.SVG, "evidence_kind_not_allowed", 415),
    ("D2", "page.mhtml", b"MIME-Version: 1.0\r\n", "evidence_kind_not_allowed", 415),
    ("D5", "a.gif", b"GIF89a=1;alert(1)//", "evidence_kind_not_allowed", 415),
    ("D5", "a.pdf", files.pdf() + files.zipped(), "evidence_kind_not_allowed", 415),
    ("D5", "a.jpg", files.picture("JPEG") + files.zipped(), "evidence_kind_not_allowed", 415),
    ("D5", "a.png", files.picture("PNG") + b"<script>alert(1)</script>", "evidence_kind_not_allowed", 415),
    ("D5", "a.pdf", b"junk" + files.pdf(), "evidence_kind_not_allowed", 415),
    ("D6", "receipt.jpg", b"MZ\x90\x00" + files.picture("JPEG"), "evidence_kind_not_allowed", 415),
    ("D7", "flood.png", files.flooding_png(), "evidence_too_complex", 413),
    ("D7", "film.webp", files.animated_webp(30), "evidence_too_complex", 413),
    ("D8", "empty.png", b"", "evidence_empty", 400),
    ("D8", "big.png", b"\x89PNG\r\n\x1a\n" + b"\0" * evidence.MAX_BYTES, "evidence_too_large", 413),
    ("D9", "a.zip", files.zipped(), "evidence_kind_not_allowed", 415),
    ("D9", "a.pdf", files.zipped("b.zip", files.zipped()), "evidence_kind_not_allowed", 415),
    ("D10", "a.docm", files.zipped("word/vbaProject.bin"), "evidence_kind_not_allowed", 415),
    ("D11", "eicar.png", files.EICAR, "evidence_infected", 422),
    ("D11", "eicar.pdf", files.pdf() + files.EICAR, "evidence_infected", 422),
    (
        "D13",
        "statement.pdf",
        files.pdf(stream=b"BT (4111 1111 1111 1111) Tj ET"),
        "evidence_has_numbers",
        422,
    ),
    ("D13", "statement.pdf", files.pdf(stream=b"BT (900101-1234568) Tj ET"), "evidence_has_numbers", 422),
    (
        "D13",
        "spaced.pdf",
        files.pdf(stream=b"[(4111)-20( 1111)3( 1111 )(1111)] TJ"),
        "evidence_has_numbers",
        422,
    ),
    (
        "D18",
        "broken.png",
        files.picture("PNG")[:60] + b"\0" * 40 + b"IEND\xaeB`\x82",
        "evidence_unreadable",
        415,
    ),
    ("D18", "broken.jpg", b"\xff\xd8\xff\xe0" + b"\x13" * 500 + b"\xff\xd9", "evidence_unreadable", 415),
    ("D18", "bomb.pdf", files.pdf(stream=b"\0" * (17 * 1024 * 1024)), "evidence_too_complex", 413),
]


@pytest.mark.parametrize(
    ("number", "name", "content", "code", "status"),
    REFUSED,
    ids=[f"{r[0]}-{r[1]}-{n}" for n, r in enumerate(REFUSED)],
)
def test_what_is_not_taken_leaves_nothing_behind(
    stage: Stage,
    request_sent: ExplanationRequest,
    settings: Any,
    number: str,
    name: str,
    content: bytes,
    code: str,
    status: int,
) -> None:
    with pytest.raises(errors.CaseworkError) as refusal:
        add(stage, request_sent, name, content)
    assert (refusal.value.code, refusal.value.status) == (code, status)
    assert refusal.value.sentence
    assert not Evidence.objects.exists()
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []


PDF_ACTIVE = [
    b"2 0 obj\n<< /S /JavaScript /JS (app.alert(1)) >>\nendobj\n",
    b"2 0 obj\n<< /S /J#61vaScript >>\nendobj\n",
    b"2 0 obj\n<< /OpenAction 3 0 R >>\nendobj\n",
    b"2 0 obj\n<< /EmbeddedFiles 3 0 R >>\nendobj\n",
    b"2 0 obj\n<< /S /Launch /F (cmd.exe) >>\nendobj\n",
]


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("active", PDF_ACTIVE)
def test_d3_an_active_pdf_is_flagged_and_only_ever_an_attachment(
    stage: Stage, request_sent: ExplanationRequest, active: bytes, hidden: bool
) -> None:
    content = files.pdf(stream=active) if hidden else files.pdf(active)
    kept = add(stage, request_sent, "a.pdf", content)
    assert kept.flags == ["has_script"]
    assert kept.has_preview is False
    with pytest.raises(errors.PreviewMissing):
        evidence_opening.open_evidence(evidence=kept, by=stage.actor("cardholder"), page=1)


@pytest.mark.parametrize(
    ("name", "content"), [("a.jpg", files.located_photo()), ("a.png", files.commented_png())]
)
def test_d4_the_preview_is_encoded_anew_without_metadata(
    stage: Stage, request_sent: ExplanationRequest, name: str, content: bytes
) -> None:
    assert b"secret-place" in content
    kept = add(stage, request_sent, name, content)
    preview = evidence_opening.open_evidence(evidence=kept, by=stage.actor("cardholder"), page=1)
    assert preview.content_type == "image/jpeg"
    assert b"secret-place" not in preview.content
    shown = Image.open(io.BytesIO(preview.content))
    assert (shown.size, dict(shown.getexif())) == ((60, 40), {})
    assert "comment" not in shown.info
    original = store.read(kept.key)  # what is seen stays as sent, what is told beside it does not
    assert b"secret-place" not in original
    assert Image.open(io.BytesIO(original)).tobytes() == Image.open(io.BytesIO(content)).tobytes()
    assert kept.sha256 == hashlib.sha256(original).hexdigest()


NAMES = [
    ("receipt.jpg", "receipt.jpg"),
    ("../../etc/x.jpg", "x.jpg"),
    ("..\\..\\x.jpg", "x.jpg"),
    ("C:\\Users\\kim\\x.jpg", "x.jpg"),
    ("a\r\nSet-Cookie: b.jpg", "aSet-Cookie_ b.jpg"),
    ("a\x00.jpg", "a.jpg"),
    ("x\u202egpj.exe", "xgpj.exe"),
    ("trailing. .", "trailing"),
    ("CON", "_CON"),
    ("con.jpg", "_con.jpg"),
    ("COM1.png", "_COM1.png"),
    ("console.png", "console.png"),
    ("", "file"),
    ("...", "file"),
    ("///", "file"),
    ("\u1112\u1161\u11ab.jpg", "한.jpg"),
    ('<b>"q"|*?.png', "_b__q____.png"),
    ("\ud800.png", "png"),
]


@pytest.mark.parametrize(("delivered", "shown"), NAMES)
def test_d6_a_name_is_only_something_to_show(delivered: str, shown: str) -> None:
    assert clean_name(delivered) == shown


def test_d6_a_long_name_keeps_its_ending() -> None:
    name = clean_name("가" * 300 + ".jpeg")
    assert len(name) == MAX_NAME
    assert name.endswith("가.jpeg")


def test_d6_a_card_number_in_a_name_is_struck_out(stage: Stage, request_sent: ExplanationRequest) -> None:
    kept = add(stage, request_sent, "4111111111111111.png", files.picture())
    assert "411111" not in kept.name


def test_d8_no_more_files_than_a_case_may_hold(
    stage: Stage, request_sent: ExplanationRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MAX_FILES", 2)
    add(stage, request_sent, "1.pdf", files.pdf())
    add(stage, request_sent, "2.pdf", files.pdf(b"% 2\n"))
    with pytest.raises(errors.TooManyFiles, match="2"):
        add(stage, request_sent, "3.pdf", files.pdf(b"% 3\n"))


def test_a_file_taken_back_before_it_was_sent_leaves_its_place_to_another(
    stage: Stage, request_sent: ExplanationRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MAX_FILES", 2)
    for n in range(10):
        kept = add(stage, request_sent, f"{n}.pdf", files.pdf(f"% {n}\n".encode()))
        evidence.withdraw_evidence(evidence=kept, by=stage.actor("cardholder"))
    with pytest.raises(errors.TooManyFiles) as full:  # all of it stays on record, so that has an end too
        add(stage, request_sent, "last.pdf", files.pdf(b"% 99\n"))
    assert "2" not in full.value.sentence


def test_d8_reading_stops_at_the_limit_whatever_was_announced(
    stage: Stage, request_sent: ExplanationRequest
) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"\0" * size

    endless = Endless()
    with pytest.raises(errors.EvidenceTooLarge):
        add(stage, request_sent, "a.png", endless)
    assert endless.given < evidence.MAX_BYTES + 1_000_000


def test_d11_a_scanner_that_does_not_answer_keeps_the_file_closed(
    stage: Stage, request_sent: ExplanationRequest, settings: Any
) -> None:
    settings.EVIDENCE_SCAN_COMMAND = "/nowhere/scanner"
    kept = add(stage, request_sent, "a.png", files.picture())
    assert kept.flags == ["awaiting_scan"]
    explanations.submit_explanation(
        request=request_sent,
        text="영수증을 보냅니다.",
        by=stage.actor("cardholder"),
        expected_version=fresh(request_sent.case).version,
    )
    kept.refresh_from_db()
    for who in ("reviewer", "cardholder"):
        with pytest.raises(errors.EvidenceQuarantined):
            evidence_opening.open_evidence(evidence=kept, by=stage.actor(who))
    assert evidence.rescan_evidence() == 0
    settings.EVIDENCE_SCAN_COMMAND = f"{sys.executable} -c pass"
    assert evidence.rescan_evidence() == 1
    kept.refresh_from_db()
    assert (
        evidence_opening.open_evidence(evidence=kept, by=stage.actor("reviewer")).content == files.picture()
    )


def test_d11_what_a_later_scan_finds_is_taken_away(
    stage: Stage, request_sent: ExplanationRequest, settings: Any
) -> None:
    settings.EVIDENCE_SCAN_COMMAND = "/nowhere/scanner"
    kept = add(stage, request_sent, "a.png", files.picture())
    settings.EVIDENCE_SCAN_COMMAND = f"{sys.executable} -c exit(1)"
    evidence.rescan_evidence()
    kept.refresh_from_db()
    assert kept.flags == ["infected"]
    assert not store.path_of(kept.key).exists()
    with pytest.raises(errors.EvidenceQuarantined):
        evidence_opening.open_evidence(evidence=kept, by=stage.actor("cardholder"))


@pytest.mark.parametrize(
    ("command", "verdict"),
    [
        ("", Verdict.CLEAN),
        (f"{sys.executable} -c pass", Verdict.CLEAN),
        (f"{sys.executable} -c exit(1)", Verdict.INFECTED),
        (f"{sys.executable} -c exit(2)", Verdict.UNAVAILABLE),
        ("'unclosed", Verdict.UNAVAILABLE),
    ],
)
def test_d11_only_a_clear_answer_is_clean(settings: Any, command: str, verdict: Verdict) -> None:
    settings.EVIDENCE_SCAN_COMMAND = command
    assert scan(b"anything") == verdict


def test_d11_an_infected_file_is_recorded(stage: Stage, request_sent: ExplanationRequest) -> None:
    with pytest.raises(errors.EvidenceInfected):
        add(stage, request_sent, "a.png", files.EICAR)
    assert AuditEvent.objects.get(action="evidence.quarantined").after == {}  # its name is theirs


def test_d12_the_same_file_on_another_case_is_taken_and_flagged(stage: Stage) -> None:
    first, second = stage.asked(), stage.asked()
    content = files.pdf(b"% hotel\n")
    one = add(stage, request_of(first), "a.pdf", content)
    again = add(stage, request_of(first), "b.pdf", content)
    other = add(stage, request_of(second), "c.pdf", content)
    assert (one.flags, again.flags, other.flags) == ([], [], ["seen_before"])


def test_the_same_photo_kept_twice_by_the_same_person_is_one_file(stage: Stage) -> None:
    request, other = request_of(stage.asked()), request_of(stage.asked())
    one = add(stage, request, "a.pdf", files.pdf())
    assert add(stage, request, "b.pdf", files.pdf()) == one
    assert add(stage, request, "a.pdf", files.pdf(), by="manager") != one  # theirs is theirs
    assert add(stage, other, "a.pdf", files.pdf()) != one
    folders = store.path_of(one.key).parent.parent.iterdir()
    stored = {path.name for folder in folders for path in folder.iterdir()}
    assert stored == set(Evidence.objects.values_list("key", flat=True))
    assert len(stored) == 3


@pytest.mark.parametrize("who", ["manager", "reviewer", "approver", "auditor", "stranger"])
def test_a_file_that_was_not_sent_is_its_author_s_alone(
    stage: Stage, request_sent: ExplanationRequest, who: str
) -> None:
    kept = add(stage, request_sent, "a.pdf", files.pdf())
    for step in (evidence_opening.open_evidence, evidence.withdraw_evidence):
        with pytest.raises(errors.CaseNotFound):
            step(evidence=kept, by=stage.actor(who))
    kept.refresh_from_db()
    assert kept.withdrawn_at is None
    assert evidence_opening.open_evidence(evidence=kept, by=stage.actor("cardholder")).content == files.pdf()


def test_an_appeal_s_file_is_its_author_s_until_the_appeal_is_sent(stage: Stage) -> None:
    case = stage.notified()
    kept = evidence.add_evidence(
        request=case, name="a.pdf", content=files.pdf(), by=stage.actor("cardholder")
    )
    with pytest.raises(errors.CaseNotFound):
        evidence_opening.open_evidence(evidence=kept, by=stage.actor("other_approver"))
    appeals.submit_appeal(
        case=case, text="새로운 사실이 있습니다.", by=stage.actor("cardholder"), expected_version=case.version
    )
    kept.refresh_from_db()
    assert (
        evidence_opening.open_evidence(evidence=kept, by=stage.actor("other_approver")).content == files.pdf()
    )


@pytest.mark.parametrize(("sender", "other"), [("manager", "cardholder"), ("cardholder", "manager")])
def test_what_was_sent_is_taken_back_only_by_who_sent_it(
    stage: Stage, request_sent: ExplanationRequest, sender: str, other: str
) -> None:
    kept = sent_by(stage, request_sent, sender)
    with pytest.raises(errors.CaseNotFound):
        evidence.withdraw_evidence(evidence=kept, by=stage.actor(other))
    kept.refresh_from_db()
    assert kept.withdrawn_at is None
    assert evidence.withdraw_evidence(evidence=kept, by=stage.actor(sender)).withdrawn_at is not None


# fmt: off
WHO_MAY = [
    ("cardholder", True), ("manager", True), ("reviewer", True), ("approver", True), ("auditor", True),
    ("stranger", False), ("clerk", False), ("rule_admin", False), ("model_owner", False), ("system_admin", False),
]
# fmt: on


@pytest.mark.parametrize(("who", "may"), WHO_MAY)
def test_d15_only_those_who_may_open_it(
    stage: Stage, request_sent: ExplanationRequest, who: str, may: bool
) -> None:
    kept = sent_by(stage, request_sent, "cardholder")
    if may:
        assert evidence_opening.open_evidence(evidence=kept, by=stage.actor(who)).content == files.pdf()
        return
    with pytest.raises(errors.CaseNotFound):
        evidence_opening.open_evidence(evidence=kept, by=stage.actor(who))


def test_d15_a_reviewer_who_is_an_attendee_does_not_open_it(
    stage: Stage, request_sent: ExplanationRequest
) -> None:
    kept = sent_by(stage, request_sent, "cardholder")
    claim = request_sent.case.alerts.get().claim
    claim.attendees = [{"employee_no": stage.cast.reviewer.employee_no}]
    claim.save()
    with pytest.raises(errors.CaseNotFound):
        evidence_opening.open_evidence(evidence=kept, by=stage.actor("reviewer"))


def test_d16_a_full_disk_leaves_neither_file_nor_row(
    stage: Stage, request_sent: ExplanationRequest, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(errors.StorageFull) as refusal:
        add(stage, request_sent, "a.pdf", files.pdf())
    assert refusal.value.status == 507
    assert not Evidence.objects.exists()
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []
    monkeypatch.undo()


def test_d16_a_row_that_cannot_be_stored_takes_its_file_away(
    stage: Stage, request_sent: ExplanationRequest, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "_note", lambda *args: (_ for _ in ()).throw(RuntimeError("killed")))
    with pytest.raises(RuntimeError):
        add(stage, request_sent, "a.pdf", files.pdf())
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_d17_damage_is_seen_recorded_and_never_shown(
    stage: Stage, request_sent: ExplanationRequest, damage: str
) -> None:
    kept = add(stage, request_sent, "a.pdf", files.pdf())
    path = store.path_of(kept.key)
    if damage == "changed":
        path.write_bytes(files.pdf(b"% forged\n"))
    else:
        path.unlink()
    with pytest.raises(errors.EvidenceDamaged) as refusal:
        evidence_opening.open_evidence(evidence=kept, by=stage.actor("cardholder"))
    assert refusal.value.status == 409
    assert AuditEvent.objects.get(action="evidence.damaged").after == {"evidence": kept.reference}


def test_d18_pictures_are_decoded_in_a_child_that_may_not_grow() -> None:
    with pytest.raises(PictureTooLarge):
        picture_preview(files.flooding_png())
    with pytest.raises(PictureDamaged):
        picture_preview(b"\x89PNG\r\n\x1a\n" + b"\x01" * 1000)
    assert len(picture_preview(files.picture("PNG", (3000, 2000))).pages[0]) < 100_000


@pytest.mark.parametrize("kind", KINDS)
def test_every_allowed_kind_keeps_its_own_endings_and_replaces_others(kind: str) -> None:
    sample = next(content for content, found, _ in GOOD.values() if found == kind)
    assert sniff(sample).content_type == kind
    for ending in KINDS[kind]:
        assert named_as(f"a.{ending}", kind) == f"a.{ending}"
        assert named_as(f"a.{ending.upper()}", kind) == f"a.{ending.upper()}"
    assert named_as("a.txt", kind) == f"a.{KINDS[kind][0]}"


# what the content is, as it was handed in, as it is kept
MISNAMED = [
    ("JPEG", "IMG_0001.HEIC", "IMG_0001.jpg"),
    ("JPEG", "receipt.jfif", "receipt.jfif"),
    ("JPEG", "영수증", "영수증.jpg"),
    ("JPEG", "영수증 11.28", "영수증 11.28.jpg"),
    ("JPEG", "receipt.jpg.exe", "receipt.jpg"),
    ("JPEG", ".jpg", "jpg.jpg"),
    ("PNG", "shot.jpg", "shot.png"),
    ("PNG", "shot.PNG", "shot.PNG"),
    ("WEBP", "anim.png", "anim.webp"),
    ("JPEG", "a" * 300, "a" * (MAX_NAME - 4) + ".jpg"),
]


@pytest.mark.parametrize(
    ("made_as", "delivered", "kept_as"), MISNAMED, ids=[f"{one[0]}-{one[1][:12]}" for one in MISNAMED]
)
def test_a_picture_is_what_its_content_says_whatever_it_is_called(
    stage: Stage, request_sent: ExplanationRequest, made_as: str, delivered: str, kept_as: str
) -> None:
    content = files.picture(made_as)
    kept = add(stage, request_sent, delivered, content)
    assert (kept.name, kept.content_type, kept.has_preview) == (kept_as, f"image/{made_as.lower()}", True)
    assert kept.delivered_name == ("" if kept_as == clean_name(delivered) else clean_name(delivered))
    opened = evidence_opening.open_evidence(evidence=kept, by=stage.actor("cardholder"))
    assert (opened.content, opened.name) == (content, kept_as)


def test_a_heic_under_any_name_is_kept_as_it_is_and_an_appeal_takes_the_same(stage: Stage) -> None:
    case = stage.notified()
    for name, content, kept_as in (
        ("photo.jpg", files.heic(), "photo.heic"),
        ("IMG_2.HEIC", files.picture("JPEG"), "IMG_2.jpg"),
        ("계산서.png", files.pdf(), "계산서.pdf"),
    ):
        kept = evidence.add_evidence(request=case, name=name, content=content, by=stage.actor("cardholder"))
        assert (kept.name, kept.delivered_name) == (kept_as, name)


def test_what_is_no_kind_that_is_taken_is_told_with_the_kinds_that_are() -> None:
    with pytest.raises(KindNotAllowed):
        sniff(b"GIF89a=1;alert(1)//")
    for why in ("unknown", "mixed"):
        assert "PDF, PNG, JPEG, WebP, HEIC" in errors.EvidenceKindNotAllowed(why=why).sentence


def sent_by(stage: Stage, request: ExplanationRequest, who: str, name: str = "a.pdf") -> Evidence:
    """A file that somebody sent with an answer."""
    kept = add(stage, request, name, files.pdf(), by=who)
    explanations.submit_explanation(
        request=request,
        text="영수증을 보냅니다.",
        by=stage.actor(who),
        expected_version=fresh(request.case).version,
    )
    kept.refresh_from_db()
    return kept


def test_evidence_changes_the_version_so_that_a_decision_made_without_it_is_stale(
    stage: Stage, request_sent: ExplanationRequest
) -> None:
    before = fresh(request_sent.case).version
    add(stage, request_sent, "draft.pdf", files.pdf(b"% hotel\n"))
    assert fresh(request_sent.case).version == before  # a draft is nobody else's affair
    kept = sent_by(stage, request_sent, "cardholder")
    assert fresh(request_sent.case).version == before + 1
    evidence.withdraw_evidence(evidence=kept, by=stage.actor("cardholder"))
    assert fresh(request_sent.case).version == before + 2
    kept.refresh_from_db()
    assert kept.withdrawn_at is not None
    assert evidence_opening.open_evidence(evidence=kept, by=stage.actor("reviewer")).content == files.pdf()
    with pytest.raises(errors.EvidenceWithdrawn):
        evidence_opening.open_evidence(evidence=kept, by=stage.actor("cardholder"))
    assert find_faults() == []


def test_evidence_sent_before_the_answer_belongs_to_it(
    stage: Stage, request_sent: ExplanationRequest
) -> None:
    kept = add(stage, request_sent, "a.pdf", files.pdf())
    said = explanations.submit_explanation(
        request=request_sent,
        text="영수증을 보냅니다.",
        by=stage.actor("cardholder"),
        expected_version=fresh(request_sent.case).version,
    )
    kept.refresh_from_db()
    assert kept.explanation == said


@pytest.mark.parametrize("who", ["stranger", "reviewer", "approver"])
def test_nobody_else_sends_evidence(stage: Stage, request_sent: ExplanationRequest, who: str) -> None:
    with pytest.raises(errors.CaseworkError) as refusal:
        add(stage, request_sent, "a.pdf", files.pdf(), by=who)
    assert refusal.value.status == 403


def test_no_evidence_is_taken_after_the_decision(stage: Stage) -> None:
    case = stage.notified()
    with pytest.raises(errors.TransitionNotAllowed):
        add(stage, request_of(case), "a.pdf", files.pdf())


def test_the_first_ten_pages_of_a_pdf_are_shown_and_how_many_there_are(
    stage: Stage, request_sent: ExplanationRequest
) -> None:
    kept = add(stage, request_sent, "invoice.pdf", files.printed_pdf(12))
    assert (kept.n_pages, kept.n_previews) == (12, 10)
    for number in (1, 10):
        shown = evidence_opening.open_evidence(evidence=kept, by=stage.actor("cardholder"), page=number)
        picture = Image.open(io.BytesIO(shown.content))
        assert (shown.content_type, picture.format) == ("image/jpeg", "JPEG")
        red = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))[0]
        assert abs(red - (10 + 20 * (number - 1))) <= 6
    with pytest.raises(errors.PreviewMissing):
        evidence_opening.open_evidence(evidence=kept, by=stage.actor("cardholder"), page=11)


@pytest.mark.parametrize("content", [files.pdf(), files.pdf(b"2 0 obj\n<< /Encrypt 3 0 R >>\nendobj\n")])
def test_a_pdf_that_cannot_be_drawn_is_kept_and_can_be_downloaded(
    stage: Stage, request_sent: ExplanationRequest, content: bytes
) -> None:
    kept = add(stage, request_sent, "invoice.pdf", content)
    assert (kept.n_previews, kept.has_preview) == (0, False)
    assert evidence_opening.open_evidence(evidence=kept, by=stage.actor("cardholder")).content == content


def test_a_lost_picture_is_told_calmly_and_the_file_still_opens(
    stage: Stage, request_sent: ExplanationRequest
) -> None:
    kept = add(stage, request_sent, "receipt.png", files.picture("PNG"))
    store.path_of(kept.key).with_suffix(store.page_suffix(1)).unlink()
    with pytest.raises(errors.PreviewMissing) as told:
        evidence_opening.open_evidence(evidence=kept, by=stage.actor("cardholder"), page=1)
    assert (told.value.status, "Download" in told.value.sentence or "내려받" in told.value.sentence) == (
        404,
        True,
    )
    assert evidence_opening.open_evidence(
        evidence=kept, by=stage.actor("cardholder")
    ).content == files.picture("PNG")


def test_nothing_of_a_file_that_was_not_kept_stays_behind(stage: Stage) -> None:
    key = "ab" * 32
    store.write(key, b"x")
    for number in (1, 2):
        store.write(key, b"y", suffix=store.page_suffix(number))
    store.remove(key)
    assert list(store.path_of(key).parent.glob("*")) == []


def test_pictures_of_a_pdf_are_pixels_alone() -> None:
    shown = pdf_previews(files.printed_pdf(1)).pages[0]
    assert not Image.open(io.BytesIO(shown)).getexif()
    assert b"%PDF" not in shown
