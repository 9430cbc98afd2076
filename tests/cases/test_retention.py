"""What is kept for a period is gone after it, and everything can still be proved (ASVS 5: 14.2.7)."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from audit.actor import Actor
from audit.models import AuditEvent
from audit.services import find_faults
from cases.dispositions import Disposition
from cases.evidence import store
from cases.models import Case, Evidence, Explanation, ExplanationDraft, OutboxMessage
from cases.pages.own_data import own_data
from cases.pages.timeline import timeline_of
from cases.services import appeals, by_hand, decisions, drafts, errors, explanation_requests, explanations
from cases.services.entry_words import EXTENSION_ASKED
from cases.services.evidence import add_evidence, withdraw_evidence
from cases.services.evidence_opening import open_evidence
from cases.services.receipts import read_sent_receipts
from cases.services.retention import erase_expired, months_before
from cases.services.steps import current_request
from fraud.claims.models import Claim, Receipt, ReceiptBand
from fraud.claims.receipts.taking import take_receipt_folder, take_receipts
from fraud.detection.models import RuleHit
from tests.cases.files import EICAR, picture
from tests.cases.stage import LEGITIMATE, Stage, fresh
from tests.cast import NOW, make_hit, make_rule_version, make_run, make_score
from tests.fraud.claims.receipts import made

pytestmark = pytest.mark.django_db
WORDS = "아주 사적인 사정이 있었습니다."


@pytest.fixture
def periods(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the periods in months; both empty until a test says otherwise."""
    from dataclasses import replace

    from fraud.company.values import DEFAULTS

    def put(**months: int) -> None:
        monkeypatch.setattr("cases.services.retention.current_settings", lambda: replace(DEFAULTS, **months))

    return put


@pytest.fixture
def ended(stage: Stage) -> tuple[Any, Evidence]:
    """A case with an answer and a file, closed as legitimate now."""
    case = stage.asked()
    asked = current_request(case)
    file = add_evidence(request=asked, name="receipt.png", content=picture(), by=stage.actor("cardholder"))
    explanations.submit_explanation(
        request=asked, text=WORDS, by=stage.actor("cardholder"), expected_version=fresh(case).version
    )
    stage.tell()
    decisions.close_legitimate(
        case=fresh(case), disposition_reason="business_purpose", reason=LEGITIMATE, by=stage.actor("reviewer"),
        expected_version=fresh(case).version,
    )  # fmt: skip
    stage.tell()
    return fresh(case), Evidence.objects.get(pk=file.pk)


def test_nothing_is_erased_without_a_period(stage: Stage, ended: tuple[Any, Evidence]) -> None:
    stage.go_on(days=9000)
    assert erase_expired() == {"files_erased": 0, "texts_erased": 0}
    assert Explanation.objects.get().text == WORDS


def test_bytes_go_after_their_period_and_the_hash_stays(
    stage: Stage, ended: tuple[Any, Evidence], periods: Any
) -> None:
    file = ended[1]
    periods(evidence_months=12)
    stage.go_to(datetime(2027, 11, 19, tzinfo=UTC))
    assert erase_expired()["files_erased"] == 0, "a day before"
    stage.go_to(datetime(2027, 11, 21, tzinfo=UTC))
    assert erase_expired() == {"files_erased": 1, "texts_erased": 0}
    assert not list(store.path_of(file.key).parent.glob(f"{file.key}*")), "no preview either"
    after = Evidence.objects.get(pk=file.pk)
    assert (after.sha256, after.name, after.has_preview) == (file.sha256, "….png", False)
    with pytest.raises(errors.EvidenceErased):
        open_evidence(evidence=after, by=stage.actor("auditor"))
    assert find_faults() == []
    assert erase_expired()["files_erased"] == 0, "once"
    assert Explanation.objects.get().text == WORDS, "texts have a period of their own"


def test_words_go_after_theirs_and_the_timeline_says_so(
    stage: Stage, ended: tuple[Any, Evidence], periods: Any
) -> None:
    case, file = ended
    periods(texts_months=6)
    stage.go_to(datetime(2027, 5, 21, tzinfo=UTC))
    assert erase_expired()["texts_erased"] > 1
    answer = Explanation.objects.get()
    assert (answer.text, answer.answers, answer.submitted_at) == ("", {}, NOW)
    assert not ExplanationDraft.objects.filter(request__case=case).exists()
    assert not OutboxMessage.objects.filter(case=case).exclude(body="", recipient="").exists()
    told = [entry for entry in timeline_of(case) if entry.kind == "answer"]
    assert "삭제" in told[0].text
    assert store.read(file.key), "files have a period of their own"
    assert find_faults() == []


def test_a_case_that_is_open_or_was_taken_up_again_keeps_what_it_has(
    stage: Stage, ended: tuple[Any, Evidence], periods: Any
) -> None:
    periods(evidence_months=1, texts_months=1)
    case, _file = ended
    other = stage.explained()
    by_hand.reopen_case(
        case=case,
        reason="새로운 제보가 들어왔습니다.",
        by=stage.actor("approver"),
        expected_version=case.version,
    )
    stage.go_on(days=400)
    assert erase_expired() == {"files_erased": 0, "texts_erased": 0}
    assert set(Explanation.objects.filter(request__case__in=[case, other]).values_list("erased_at")) == {
        (None,)
    }


def test_mail_that_is_still_to_be_told_is_kept(
    stage: Stage, ended: tuple[Any, Evidence], periods: Any
) -> None:
    periods(texts_months=1)
    mail = OutboxMessage.objects.filter(case=ended[0]).first()
    OutboxMessage.objects.filter(pk=mail.pk).update(state=OutboxMessage.State.DEAD)
    stage.go_on(days=60)
    erase_expired()
    assert OutboxMessage.objects.get(pk=mail.pk).body == mail.body


def test_the_pages_of_an_erased_case_open(
    client: Any, stage: Stage, ended: tuple[Any, Evidence], periods: Any
) -> None:
    periods(evidence_months=1, texts_months=1)
    case, file = ended
    stage.go_on(days=60)
    erase_expired()
    client.force_login(stage.cast.cardholder)
    page = client.get(f"/my/{case.reference}/")
    assert page.content.decode().count("보존 기간이 지나") == 2
    assert client.get(f"/evidence/{file.reference}/").status_code == 410
    client.force_login(stage.cast.reviewer)
    assert "보존 기간이 지나" in client.get(f"/cases/{case.reference}/").content.decode()


WORD = "은밀한낱말"


def said_everywhere(stage: Stage) -> Any:
    """A case that has ended, in which its cardholder gave the word in every text they can give."""
    by, case = stage.actor("cardholder"), stage.asked()
    asked = current_request(case)
    assert asked is not None
    for n in range(2):
        file = add_evidence(request=asked, name=f"{WORD}{n}.png", content=picture(size=(60 + n, 40)), by=by)
    withdraw_evidence(evidence=file, by=by)
    with pytest.raises(errors.EvidenceInfected):
        add_evidence(request=asked, name=f"{WORD}.png", content=EICAR, by=by)
    explanation_requests.ask_extension(request=asked, reason=f"{WORD} 때문에 늦습니다", by=by)
    version = fresh(case).version
    drafts.save_draft(request=asked, by=by, text=f"{WORD} 초안", offered=WORD)
    question = asked.questions[0]["id"]
    explanations.submit_explanation(
        request=asked,
        text=f"{WORD} 답변입니다",
        answers={question: f"{WORD} 물음"},
        by=by,
        expected_version=version,
    )
    number = drafts.draft_number(asked, by)
    drafts.save_draft(request=asked, by=by, text=f"{WORD} 둘째 초안", offered=WORD, number=number)
    stage.tell()
    decisions.propose_decision(
        case=fresh(case), disposition=Disposition.CONFIRMED_MISUSE, reason=LEGITIMATE, by=stage.actor("reviewer"),
        expected_version=fresh(case).version, amount_minor=1000,
    )  # fmt: skip
    proposal = case.decisions.get(state="proposed")
    decisions.approve_decision(
        case=fresh(case), content_hash=proposal.content_hash, by=stage.actor("approver"),
        expected_version=fresh(case).version,
    )  # fmt: skip
    drafts.save_appeal_draft(case=fresh(case), by=by, text=f"{WORD} 이의 초안")
    add_evidence(request=fresh(case), name=f"{WORD}9.png", content=picture(size=(99, 40)), by=by)
    appeals.submit_appeal(
        case=fresh(case), text=f"{WORD} 이의를 제기합니다", by=by, expected_version=fresh(case).version
    )
    stage.decide_appeal(fresh(case), "reversed")
    stage.tell()
    return fresh(case)


def kept_anywhere(word: str) -> list[str]:
    """Columns of any table that have the word, and files below the company's folder that do, by name or content."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.values():
            found += [
                f"{model._meta.label}.{name}"
                for name, value in row.items()
                if word in json.dumps(value, ensure_ascii=False, default=str)
            ]
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        if word in path.name or (path.is_file() and word.encode() in path.read_bytes()):
            found.append(path.name)
    return found


def asked_of(case: Any) -> str:
    return str(case.requests.get().reference)


def test_no_word_of_the_cardholder_is_left_anywhere(client: Any, stage: Stage, periods: Any) -> None:
    """Every text they can give, searched for in every table, file and page; the chain still verifies."""
    case = said_everywhere(stage)
    pages = [
        ("reviewer", f"/cases/{case.reference}/"),
        ("cardholder", f"/my/{case.reference}/"),
        ("auditor", f"/audit/?subject=case:{case.reference}"),
    ]
    pages += [
        ("reviewer", f"/api/v1/cases/{case.reference}/"),
        ("cardholder", f"/api/v1/my/requests/{asked_of(case)}/"),
    ]
    pages += [
        ("reviewer", f"/api/v1/cases/{case.reference}/timeline/"),
        ("auditor", "/api/v1/audit/entries/"),
    ]

    def shown(who: str, path: str) -> bool:
        client.force_login(getattr(stage.cast, who))
        answer = client.get(path)
        assert answer.status_code == 200, path
        return WORD in answer.content.decode()  # pages and JSON alike are UTF-8 as it is written

    before = set(kept_anywhere(WORD))
    assert {
        "cases.Explanation.text", "cases.Explanation.answers", "cases.Appeal.text", "cases.Evidence.name",
        "cases.ExplanationRequest.extension_reason",
    } <= before  # fmt: skip
    assert not [name for name in before if name.startswith("audit.")], (
        "the chain erases nothing, so it has none of it"
    )
    assert shown(*pages[0])
    assert shown(*pages[5])
    reason = case.requests.get().extension_reason
    asked = AuditEvent.objects.get(subject=f"case:{case.reference}", action=EXTENSION_ASKED)
    assert asked.after is not None
    assert asked.after["words_sha256"] == sha256(reason.encode()).hexdigest(), "proved while it is there"
    periods(texts_months=1)
    stage.go_on(days=60)
    assert erase_expired()["texts_erased"] > 5
    assert kept_anywhere(WORD) == []
    assert find_faults() == []
    assert [page for page in pages if shown(*page)] == []
    told = [entry.reason for entry in timeline_of(case) if entry.thing == asked]
    assert told == ["보존 기간이 지나 내용을 삭제했습니다."]
    assert erase_expired() == {"files_erased": 0, "texts_erased": 0}


def test_an_extension_alone_is_erased_and_names_go_with_their_files(stage: Stage, periods: Any) -> None:
    case = stage.asked()
    asked = current_request(case)
    assert asked is not None
    by = stage.actor("cardholder")
    explanation_requests.ask_extension(request=asked, reason=f"{WORD} 때문에", by=by)
    add_evidence(request=asked, name=f"{WORD}.png", content=picture(), by=by)
    decisions_of = fresh(case)
    explanations.submit_explanation(
        request=asked, text="회의였습니다", by=by, expected_version=decisions_of.version
    )
    decisions.close_legitimate(
        case=fresh(case), disposition_reason="business_purpose", reason=LEGITIMATE, by=stage.actor("reviewer"),
        expected_version=fresh(case).version,
    )  # fmt: skip
    stage.go_on(days=60)
    periods(evidence_months=1)
    erase_expired()
    assert Evidence.objects.get().name == "….png"
    Explanation.objects.update(erased_at=NOW)
    OutboxMessage.objects.update(erased_at=NOW)
    periods(texts_months=1)
    assert erase_expired()["texts_erased"] == 1
    assert kept_anywhere(WORD) == []


ITEM, PROGRAM, NAME = "은밀한품목", "Photoshop of Dohyun", "은밀한이름"
READ = (
    "8374119",
    "77130455",
    "1234567891",
)  # the total, the serial number and the shop's number on the paper


def read_and_told(stage: Stage) -> tuple[Any, Evidence, Evidence]:
    """An ended case with a receipt that was read, told by a rule, and one that was taken back; the files of both."""
    by, case = stage.actor("cardholder"), stage.asked()
    asked = current_request(case)
    said = [*made.lines(total=int(READ[0]), number=int(READ[1])), f"{ITEM} 2개 5,000원"]
    other = [*made.lines(total=int(READ[0]), number=int(READ[1]) + 1), f"{ITEM} 3개 5,000원"]
    paper = made.page(said, creator=PROGRAM, made="D:20260301120000")
    kept = add_evidence(request=asked, name=f"{NAME}.jpg", content=paper, by=by)
    gone = add_evidence(request=asked, name=f"{NAME}.pdf", content=made.page(other), by=by)
    photo = made.photo(made.lines(), software=PROGRAM)
    add_evidence(request=asked, name=f"{NAME}.heic", content=photo, by=by)
    explanations.submit_explanation(
        request=asked, text="회의였습니다", by=by, expected_version=fresh(case).version
    )
    read_sent_receipts()
    withdraw_evidence(evidence=gone, by=by)
    claim = Claim.objects.filter(alerts__case=case).get()
    run = make_run(started_at=datetime(2027, 1, 1, tzinfo=UTC))
    values = {
        "receipt.items": {"kind": "text", "value": ITEM},
        "max(receipt.amount same cardholder)": {"kind": "money", "value": int(READ[0]), "currency": "KRW"},
        "receipt.n_same": {"kind": "number", "value": 2},
    }
    facts = {"title": {"ko": "품목", "en": "Items"}, "values": values}
    make_hit(claim=claim, run=run, rule_version=make_rule_version("M11"), facts=facts)
    reason = {"kind": "rule", "code": "M11", "value": 1.5, "facts": facts}
    make_score(claim=claim, run=run, reasons=[reason])
    Case.objects.filter(pk=case.pk).update(headline=reason)
    decisions.close_legitimate(
        case=fresh(case), disposition_reason="business_purpose", reason=LEGITIMATE, by=stage.actor("reviewer"),
        expected_version=fresh(case).version,
    )  # fmt: skip
    stage.tell()
    return fresh(case), kept, gone


def test_what_was_read_in_a_file_goes_with_it(client: Any, stage: Stage, periods: Any) -> None:
    """Words and numbers of the paper, the program in its metadata and its names, in every table, file and page; also of one taken back."""
    case, kept, gone = read_and_told(stage)
    claim = Claim.objects.filter(alerts__case=case).get()
    pages = (f"/claims/{claim.pk}/", f"/api/v1/claims/{claim.pk}/receipts/", f"/cases/{case.reference}/")
    for mark in (ITEM, PROGRAM, NAME, *READ):
        assert kept_anywhere(mark), mark
    places = set(kept_anywhere(ITEM))
    assert {
        "fraud.Receipt.items",
        "fraud.RuleHit.facts",
        "fraud.Score.reasons",
        "cases.Case.headline",
    } <= places
    assert "cases.Evidence.delivered_name" in kept_anywhere(NAME)
    client.force_login(stage.cast.reviewer)
    assert ITEM in client.get(pages[0]).content.decode()
    own = {one["reference"]: one["read"] for one in own_data(stage.actor("cardholder"))["cases"][0]["files"]}
    assert (own[kept.reference][0]["total"], own[kept.reference][0]["number"]) == (READ[0], int(READ[1]))
    assert ITEM in own[kept.reference][0]["items"]
    assert own[kept.reference][0]["taken_back_at"] is None
    assert own[gone.reference][0]["taken_back_at"] is not None
    before = {one.source_key: (one.sha256, one.n_same) for one in Receipt.objects.all()}
    periods(evidence_months=1)
    stage.go_on(days=60)
    assert erase_expired()["files_erased"] == 3
    for mark in (ITEM, PROGRAM, NAME, *READ):
        assert kept_anywhere(mark) == [], mark
    assert not ReceiptBand.objects.exists()
    client.force_login(stage.cast.reviewer)
    for path in pages:
        told = client.get(path)
        assert told.status_code == 200, path
        assert not [mark for mark in (ITEM, "1,234", *READ) if mark in told.content.decode()], path
    assert "읽어 낸 내용도 삭제" in client.get(pages[0]).content.decode()
    assert {one.source_key: (one.sha256, one.n_same) for one in Receipt.objects.all()} == before, (
        "still proved"
    )
    assert RuleHit.objects.get().facts["values"] == {"receipt.n_same": {"kind": "number", "value": 2}}
    assert all(one["read"] == [] for one in own_data(stage.actor("cardholder"))["cases"][0]["files"])
    assert find_faults() == []
    assert read_sent_receipts() == 0


def test_a_receipt_that_came_from_elsewhere_keeps_what_it_says(
    stage: Stage, ended: tuple[Any, Evidence], periods: Any, tmp_path: Path
) -> None:
    claim = Claim.objects.filter(alerts__case=ended[0]).get()
    file = tmp_path / f"{claim.external_id}.pdf"
    file.write_bytes(made.page(made.lines(number=int(READ[1]))))
    os.utime(file, (NOW.timestamp() - 3600, NOW.timestamp() - 3600))
    assert [
        one.end for one in take_receipt_folder(folder=tmp_path, by=Actor.system("receipts"), settled=0)
    ] == ["taken"]
    own = own_data(stage.actor("cardholder"))
    (told,) = [one for one in own["claims"] if one["external_id"] == claim.external_id]
    assert [one["number"] for one in told["receipts"]] == [int(READ[1])]
    periods(evidence_months=1, texts_months=1)
    stage.go_on(days=60)
    assert erase_expired()["files_erased"] == 1
    assert Receipt.objects.get(source="folder").number == int(READ[1])


def test_a_file_erased_while_it_is_read_leaves_nothing(
    stage: Stage, periods: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = stage.asked()
    asked = current_request(case)
    by = stage.actor("cardholder")
    add_evidence(
        request=asked, name="a.pdf", content=made.page([*made.lines(), f"{ITEM} 1개 5,000원"]), by=by
    )
    explanations.submit_explanation(
        request=asked, text="회의였습니다", by=by, expected_version=fresh(case).version
    )

    def read_late(handed: Any, *, by: Any) -> Any:
        Evidence.objects.update(erased_at=NOW)
        return take_receipts(handed, by=by)

    monkeypatch.setattr("cases.services.receipts.take_receipts", read_late)
    assert read_sent_receipts() == 1
    assert kept_anywhere(ITEM) == []


@given(st.integers(0, 40_000), st.integers(1, 600))
def test_months_before_is_the_same_day_or_the_last_of_a_shorter_month(days: int, months: int) -> None:
    moment = datetime(1990, 1, 1) + timedelta(days=days)
    earlier = months_before(moment, months)
    assert (moment.year - earlier.year) * 12 + moment.month - earlier.month == months
    assert earlier.day == moment.day or (earlier.day < moment.day and earlier.day >= 28)
