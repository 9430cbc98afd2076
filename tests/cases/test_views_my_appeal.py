"""The appeal on the cardholder's page: kept while it is written, on any device, sent only once it was read back."""

from __future__ import annotations

import pytest
from django.test import Client

from cases.models import Appeal, AppealDraft
from cases.services import drafts, errors
from cases.workflow import State
from tests.cases.stage import Stage, fresh
from tests.cases.test_views_my import photo, shown
from tests.cases.test_views_my_changes import client_of, version_on

WORDS = "초대장에 적힌 날이 맞습니다."


def test_the_words_of_an_appeal_are_kept_while_typing_with_its_files_for_any_device(stage: Stage) -> None:
    case = stage.notified()
    phone, desk = client_of(stage, "cardholder"), client_of(stage, "cardholder")
    first = phone.get(f"/my/{case.reference}/?step=appeal").content.decode()
    save = f"/my/{case.reference}/appeal-draft/"
    assert f'hx-post="{save}"' in first
    here = {name: shown(first, name) for name in ("number", "page")}
    saved = phone.post(save, {"text": WORDS, **here}, headers={"HX-Request": "true"}).content.decode()
    assert "Draft saved" in saved
    sent = phone.post(save, {"text": WORDS, **here, "files": photo(), "stay": "appeal-files", "go": "later"})
    assert sent["Location"] == f"/my/{case.reference}/"
    at_home = desk.get(f"/my/{case.reference}/").content.decode()
    assert "Go on with the appeal" in at_home
    read = desk.get(f"/my/{case.reference}/?step=appeal-check").content.decode()
    assert all(kept in read.split('<dl class="read-back">')[1] for kept in (WORDS, "영수증.jpg"))
    assert (fresh(case).state, Appeal.objects.count()) == (State.NOTIFIED, 0)
    filled = {"version": version_on(read), "text": shown(read, "text"), "number": shown(read, "number")}
    assert desk.post(f"/my/{case.reference}/appeal/", filled).status_code == 302
    appeal = Appeal.objects.get()
    assert (appeal.text, appeal.evidence.get().name) == (WORDS, "영수증.jpg")
    assert drafts.draft_of(case, stage.actor("cardholder")) is None


def test_a_page_left_open_does_not_wipe_the_appeal_another_device_saved(stage: Stage) -> None:
    case = stage.notified()
    desk = client_of(stage, "cardholder")
    before = desk.get(f"/my/{case.reference}/?step=appeal").content.decode()
    here = {name: shown(before, name) for name in ("number", "page")}
    drafts.save_appeal_draft(case=case, by=stage.actor("cardholder"), text=WORDS)
    save, typed = f"/my/{case.reference}/appeal-draft/", {"text": "책상에서 쓴 말", **here}
    late = desk.post(save, typed, headers={"HX-Request": "true"})
    assert late.status_code == 409
    assert f'formaction="{save}" name="both"' in late.content.decode()
    refused = desk.post(f"/my/{case.reference}/appeal/", {**typed, "version": version_on(before)})
    assert (refused.status_code, Appeal.objects.count()) == (409, 0)
    assert "책상에서 쓴 말" in refused.content.decode()
    both = desk.post(save, {**typed, "both": "on", "stay": "appeal"}, follow=True).content.decode()
    assert all(kept in both for kept in (WORDS, "책상에서 쓴 말"))


def test_an_appeal_that_is_refused_stays_as_it_was_written(stage: Stage) -> None:
    case = stage.notified()
    desk = client_of(stage, "cardholder")
    page = desk.get(f"/my/{case.reference}/?step=appeal-check").content.decode()
    filled = {"text": "짧다", "version": version_on(page), "number": "0"}
    assert desk.post(f"/my/{case.reference}/appeal/", filled).status_code == 422
    assert "짧다" in desk.get(f"/my/{case.reference}/?step=appeal").content.decode()


@pytest.mark.parametrize("who", ["stranger", "manager", "reviewer"])
def test_an_appeal_that_was_not_sent_is_nobody_elses_to_write_or_read(stage: Stage, who: str) -> None:
    case = stage.notified()
    drafts.save_appeal_draft(case=case, by=stage.actor("cardholder"), text=WORDS)
    with pytest.raises((errors.NotYours, errors.Refused)):
        drafts.save_appeal_draft(case=case, by=stage.actor(who), text="남의 말")
    other = client_of(stage, who)
    for address in (f"/my/{case.reference}/", f"/my/{case.reference}/?step=appeal-check"):
        assert WORDS not in other.get(address).content.decode()
    assert WORDS not in other.get(f"/api/v1/my/notices/{case.reference}/").content.decode()
    assert AppealDraft.objects.get().text == WORDS


def test_once_the_notice_has_ended_no_appeal_is_kept_any_more(stage: Stage) -> None:
    case = stage.recovering()
    with pytest.raises(errors.TransitionNotAllowed):
        drafts.save_appeal_draft(case=case, by=stage.actor("cardholder"), text=WORDS)


def test_a_program_keeps_the_words_of_an_appeal_too(stage: Stage) -> None:
    case = stage.notified()
    person: Client = client_of(stage, "cardholder")
    address = f"/api/v1/my/notices/{case.reference}/"
    assert person.get(address).json()["appeal_draft"] is None
    for _again in range(2):
        answer = person.put(f"{address}appeal-draft/", {"text": WORDS}, content_type="application/json")
    told = answer.json()
    assert (told["appeal_draft"]["text"], told["appeal_draft_number"]) == (WORDS, 1)
    other = {"text": "다른 말", "number": 0}
    late = person.put(f"{address}appeal-draft/", other, content_type="application/json")
    assert (late.status_code, late.json()["code"]) == (409, "draft_moved")
