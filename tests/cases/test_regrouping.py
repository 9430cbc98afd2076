"""Claims from one case into another and back: both sides keep what happened, nothing may be asked for that was not before."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import override

from audit.models import AuditEvent
from audit.services import find_faults
from cases.dispositions import Disposition
from cases.models import Alert, Case, CaseLink, Decision, HeldBack
from cases.pages.brief import brief_of
from cases.pages.case import reasons_of
from cases.papers.dossier.facts import case_facts
from cases.services import decisions, detaching, errors, linking, queue, regrouping
from cases.services.money import at_stake
from cases.services.standing import is_dissolved
from cases.workflow import State
from tests.cases.api.conftest import call
from tests.cases.stage import REASON, Stage, fresh
from tests.cast import make_case, make_claim, make_hit, make_merchant, make_rule_version, make_run, make_score

__all__ = ["call"]
WHY = "같은 출장의 결제입니다"
pytestmark = pytest.mark.django_db


def two(stage: Stage, *, by: str = "reviewer") -> tuple[Case, Case]:
    """A case in review with two payments, and a new one with a third, of one cardholder."""
    person = stage.cast.cardholder_record
    claims = [make_claim(cardholder=person, amount_minor=minor) for minor in (10_000, 20_000, 40_000)]
    kept = make_case(cardholder=person, claims=claims[:2])
    other = make_case(cardholder=person, claims=claims[2:])
    taken = queue.take_case(case=kept, by=stage.actor(by), expected_version=kept.version)
    return taken, fresh(other)


def merge(stage: Stage, kept: Case, other: Case, by: str = "reviewer", **more: Any) -> Case:
    given = {"expected_version": kept.version, "other_version": other.version, "reason": WHY, **more}
    return regrouping.merge_cases(case=kept, other=other, by=stage.actor(by), **given)


def unmerge(stage: Stage, merged: Case, into: Case, by: str = "reviewer") -> Case:
    return regrouping.unmerge_case(
        case=merged,
        other=into,
        reason=WHY,
        by=stage.actor(by),
        expected_version=merged.version,
        other_version=into.version,
    )


def split(stage: Stage, case: Case, names: list[str], by: str = "reviewer") -> Case:
    return regrouping.split_case(
        case=case, claims=names, reason=WHY, by=stage.actor(by), expected_version=case.version
    )


def detach(stage: Stage, case: Case, name: str, goes: str) -> Case:
    return detaching.detach_claim(
        case=case,
        claim=name,
        goes=detaching.GoesTo(goes),
        reason=WHY,
        by=stage.actor("reviewer"),
        expected_version=case.version,
    )


def names(case: Case) -> list[str]:
    return sorted(case.alerts.filter(left_at=None).values_list("claim__external_id", flat=True))


def entries(case: Case) -> list[str]:
    return list(
        AuditEvent.objects.filter(subject=f"case:{case.reference}")
        .order_by("seq")
        .values_list("action", flat=True)
    )


def test_merging_moves_the_claims_and_the_other_case_says_where_they_are(stage: Stage) -> None:
    kept, other = two(stage)
    before, moved = at_stake(kept) + at_stake(other), names(other)
    made = merge(stage, kept, other)
    gone = fresh(other)
    assert (made.state, gone.state, gone.merged_into) == (State.IN_REVIEW, State.CLOSED, made)
    assert (made.n_claims, gone.n_claims, gone.disposition) == (3, 0, "")
    assert at_stake(made) == before == 70_000
    assert at_stake(gone) == 0
    assert set(moved) <= set(names(made))
    assert not is_dissolved(gone)
    assert entries(made)[-1] == "case.took_in"
    assert entries(gone)[-1] == "case.merged"
    assert find_faults() == []


def test_a_merge_that_is_taken_back_leaves_both_cases_as_they_were(stage: Stage) -> None:
    kept, other = two(stage)
    ours, theirs = names(kept), names(other)
    made = merge(stage, kept, other)
    back = unmerge(stage, fresh(other), made)
    assert (back.state, back.merged_into, back.closed_at) == (State.IN_REVIEW, None, None)
    assert back.assignee == made.assignee
    assert (names(back), names(made)) == (theirs, ours)
    assert (at_stake(back), at_stake(made)) == (40_000, 30_000)
    again = merge(stage, fresh(made), back)
    assert names(again) == sorted([*ours, *theirs])
    assert find_faults() == []


def test_a_merge_whose_claim_moved_on_says_where_it_is_and_what_can_be_done(stage: Stage) -> None:
    kept, other = two(stage)
    made = merge(stage, kept, other)
    moved = names_that_left(other)
    new = split(stage, fresh(made), moved)
    with translation.override("en"), pytest.raises(errors.CasesDiffer) as refused:
        unmerge(stage, fresh(other), fresh(made))
    said = in_english(refused.value)
    assert f"{moved[0]}: {new.reference}" in said
    assert "Split them off where they are now" in said
    page = page_of(stage, other)
    told = page.split('id="regrouping"', 1)[1].split("</section>", 1)[0]
    assert moved[0] in told  # said before anybody presses the button
    assert new.reference in told


def test_a_merge_that_was_merged_further_says_which_one_comes_first(stage: Stage) -> None:
    kept, other = two(stage)
    made = merge(stage, kept, other)
    third = make_case(cardholder=stage.cast.cardholder_record)
    third = queue.take_case(case=third, by=stage.actor("reviewer"), expected_version=third.version)
    merge(stage, third, fresh(made))
    with translation.override("en"), pytest.raises(errors.CasesDiffer) as refused:
        unmerge(stage, fresh(other), fresh(made))
    assert f"{kept.reference} was itself merged into {third.reference}" in in_english(refused.value)


def test_a_case_that_would_be_emptied_is_named(stage: Stage) -> None:
    kept, other = two(stage)
    own = names(kept)
    made = merge(stage, kept, other)
    split(stage, fresh(made), own)
    with translation.override("en"), pytest.raises(errors.CasesDiffer) as refused:
        unmerge(stage, fresh(other), fresh(made))
    assert f"Go on with them in {kept.reference}" in in_english(refused.value)


def page_of(stage: Stage, case: Case) -> str:
    client = Client()
    client.force_login(stage.cast.reviewer)
    return client.get(reverse("cases:detail", args=[case.reference])).content.decode()


def in_english(refusal: errors.CaseworkError) -> str:
    with translation.override("en"):
        return refusal.sentence


def names_that_left(case: Case) -> list[str]:
    return sorted(case.alerts.filter(left_why="merged").values_list("claim__external_id", flat=True))


def test_a_merged_case_counts_the_claims_it_was_about(stage: Stage) -> None:
    kept, other = two(stage)
    made = merge(stage, kept, other)
    page = page_of(stage, other)
    assert fresh(other).n_told == 1
    assert f"merged into {made.reference}" in page or f"{made.reference}에 병합됨" in page


def test_a_payment_that_both_cases_held_is_in_both_again(stage: Stage) -> None:
    person = stage.cast.cardholder_record
    claims = [make_claim(cardholder=person, amount_minor=10_000) for _ in range(3)]
    kept = make_case(cardholder=person, claims=claims[:2])
    other = make_case(cardholder=person, claims=claims[1:])
    kept = queue.take_case(case=kept, by=stage.actor("reviewer"), expected_version=kept.version)
    made = merge(stage, kept, fresh(other))
    assert at_stake(made) == 30_000
    back = unmerge(stage, fresh(other), made)
    assert (len(names(back)), len(names(fresh(made)))) == (2, 2)


def test_a_proposal_that_waits_is_void_and_says_why(stage: Stage) -> None:
    kept, other = two(stage)
    decisions.propose_decision(
        case=kept,
        disposition=Disposition.LEGITIMATE,
        disposition_reason="cancelled",
        reason=REASON,
        by=stage.actor("reviewer"),
        expected_version=kept.version,
    )
    kept = fresh(kept)
    assert kept.state == State.PENDING_APPROVAL
    made = merge(stage, kept, other)
    void = Decision.objects.get(case=made)
    assert (made.state, void.state) == (State.IN_REVIEW, Decision.State.VOID)
    assert WHY in void.decided_reason
    assert "decision.voided" in entries(made)


def test_what_a_cardholder_was_asked_about_stays_where_it_was_asked(stage: Stage) -> None:
    asked, (kept, other) = stage.asked(), two(stage)
    for into, gone in ((kept, asked), (asked, other)):
        with pytest.raises(errors.TransitionNotAllowed):
            merge(stage, into, gone)
    with pytest.raises(errors.TransitionNotAllowed):
        split(stage, asked, names(asked))
    assert names(fresh(asked)) == names(asked)


@pytest.mark.parametrize("why", ["same", "person", "currency", "sample"])
def test_cases_that_do_not_belong_in_one_are_not_merged(stage: Stage, why: str) -> None:
    kept, other = two(stage)
    if why == "same":
        other = kept
    elif why == "person":
        other = make_case(cardholder=stage.cast.stranger_record)
    elif why == "currency":
        other = make_case(cardholder=stage.cast.cardholder_record, currency="USD")
    else:
        Case.objects.filter(pk=other.pk).update(drawn_blind=True)
    with pytest.raises(errors.CasesDiffer) as refusal:
        merge(stage, kept, fresh(other))
    assert refusal.value.why == why
    assert fresh(kept).version == kept.version


def test_the_versions_of_both_cases_count(stage: Stage) -> None:
    kept, other = two(stage)
    with pytest.raises(errors.StaleCase):
        merge(stage, kept, other, other_version=other.version + 1)
    with pytest.raises(errors.StaleCase):
        merge(stage, kept, other, expected_version=kept.version - 1)
    assert (names(fresh(kept)), fresh(other).state) == (names(kept), State.NEW)


def test_a_case_somebody_else_works_on_is_not_taken_from_them(stage: Stage) -> None:
    kept, other = two(stage)
    other = queue.take_case(case=other, by=stage.actor("other_reviewer"), expected_version=other.version)
    with pytest.raises(errors.NotAssigned):
        merge(stage, kept, other)
    with pytest.raises(errors.NotAssigned):
        merge(stage, kept, other, by="other_reviewer")


def test_claims_that_are_split_off_make_a_case_and_merging_it_back_undoes_it(stage: Stage) -> None:
    kept, _other = two(stage)
    ours = names(kept)
    new = split(stage, kept, ours[:1])
    assert (new.state, new.split_from, names(new), names(kept)) == (State.NEW, kept, ours[:1], ours[1:])
    assert at_stake(new) + at_stake(kept) == 30_000
    assert (new.n_claims, fresh(kept).n_claims) == (1, 1)
    assert entries(new)[0] == "case.opened"
    assert entries(kept)[-1] == "case.split"
    made = merge(stage, fresh(kept), new)
    assert names(made) == ours


def test_a_case_keeps_at_least_one_claim(stage: Stage) -> None:
    kept, other = two(stage)
    with pytest.raises(errors.ClaimsStay):
        split(stage, kept, names(kept))
    with pytest.raises(errors.ClaimsNotHere) as refusal:
        split(stage, kept, names(other))
    assert refusal.value.details["claims"] == names(other)
    new = split(stage, kept, names(kept)[:1])
    with pytest.raises(errors.ClaimsStay):
        detach(stage, fresh(kept), names(kept)[0], "dropped")
    assert new.n_claims == 1


def test_a_claim_that_is_taken_out_waits_for_a_seat_or_is_dropped_and_can_come_back(stage: Stage) -> None:
    kept, _other = two(stage)
    first, second = names(kept)
    with pytest.raises(errors.NeverJudged):
        detach(stage, kept, first, "waiting")
    run = make_run()
    for alert in kept.alerts.all():
        Alert.objects.filter(pk=alert.pk).update(score=make_score(run=run, claim=alert.claim), run=run)
    made = detach(stage, kept, first, "waiting")
    for strange in (second, "nothing"):  # not taken out of it, or none anybody sees: one answer
        with pytest.raises(errors.ClaimsNotHere) as refused, override("en"):
            detaching.attach_claim(
                case=made,
                claim=strange,
                reason=WHY,
                by=stage.actor("reviewer"),
                expected_version=made.version,
            )
        with override("en"):
            assert refused.value.sentence == "Choose a claim that was taken out of this case."
    waiting = HeldBack.objects.get(claim__external_id=first)
    assert (waiting.resolved_at, waiting.why, names(made)) == (None, HeldBack.Why.DETACHED, [second])
    back = detaching.attach_claim(
        case=made, claim=first, reason=WHY, by=stage.actor("reviewer"), expected_version=made.version
    )
    waiting.refresh_from_db()
    assert (names(back), waiting.how) == ([first, second], HeldBack.How.JOINED)
    dropped = detach(stage, back, second, "dropped")
    assert (names(dropped), at_stake(dropped)) == ([first], 10_000)
    assert entries(dropped)[-3:] == ["case.claim_detached", "case.claim_attached", "case.claim_detached"]


def test_cases_are_linked_with_a_reason_on_both_sides_and_unlinked(stage: Stage) -> None:
    kept, _other = two(stage)
    stranger = make_case(cardholder=stage.cast.stranger_record)
    common = {"case": kept, "other": stranger, "by": stage.actor("other_reviewer"), "reason": WHY}
    linking.link_cases(**common, expected_version=kept.version)
    kept = fresh(kept)
    with pytest.raises(errors.CasesDiffer):
        linking.link_cases(**{**common, "case": kept}, expected_version=kept.version)
    assert entries(kept)[-1] == entries(stranger)[-1] == "case.linked"
    assert fresh(stranger).version == stranger.version
    linking.unlink_cases(**{**common, "case": kept}, expected_version=kept.version)
    assert CaseLink.objects.get().ended_at is not None
    assert find_faults() == []


def test_page_and_interface_merge_split_and_link(stage: Stage, client: Any) -> None:
    kept, other = two(stage)
    client.force_login(stage.cast.reviewer)
    page = client.get(f"/cases/{kept.reference}/").content.decode()
    seen = f"{other.reference}@{other.version}"
    assert seen in page
    sent = {"version": kept.version, "other": seen, "reason": WHY}
    assert client.post(f"/cases/{kept.reference}/do/merge/", sent).status_code == 302
    merged = client.get(f"/cases/{other.reference}/").content.decode()
    assert f"{kept.reference}@{fresh(kept).version}" in merged
    wrong = client.post(
        f"/cases/{kept.reference}/do/link/",
        {"version": fresh(kept).version, "other": "C-1999-000001", "reason": WHY},
    )
    assert wrong.status_code == 422


def test_the_interface_answers_with_the_new_case_and_its_links(stage: Stage, call: Any) -> None:
    kept, other = two(stage)
    theirs = {"reference": other.reference, "version": other.version}
    sent = call("reviewer").send(
        f"cases/{kept.reference}/merge/", {"other": theirs, "reason": WHY}, version=kept.version
    )
    assert sent.status_code == 200, sent.content
    kept = fresh(kept)
    new = call("reviewer").send(
        f"cases/{kept.reference}/split/", {"claims": names(kept)[:1], "reason": WHY}, version=kept.version
    )
    assert (new.status_code, new.json()["split_from"]) == (201, kept.reference)
    linked = call("reviewer").send(
        f"cases/{kept.reference}/link/",
        {"other": other.reference, "reason": WHY},
        version=fresh(kept).version,
    )
    assert linked.json()["linked"][0]["case"] == other.reference


def judged(stage: Stage, *codes: str) -> Case:
    """A case in review with a payment per rule, each at its own merchant; the first is the likeliest."""
    run, claims = make_run(), []
    for at, code in enumerate(codes):
        claim = make_claim(cardholder=stage.cast.cardholder_record, merchant=make_merchant(f"가게 {code}"))
        facts = {"values": {}}
        make_hit(claim=claim, run=run, rule_version=make_rule_version(code), facts=facts)
        reason = {"kind": "rule", "code": code, "value": 1.0, "facts": facts}
        likely = 0.9 - at / 10
        make_score(
            claim=claim, run=run, reasons=[reason], hybrid_probability=likely, queue_probability=likely
        )
        claims.append(claim)
    case = make_case(
        claims=claims, run=run, pattern=codes[0], headline={"kind": "rule", "code": codes[0], "facts": {}}
    )
    case.merchant = claims[0].merchant if len(claims) == 1 else None
    case.save(update_fields=["merchant"])
    return queue.take_case(case=fresh(case), by=stage.actor("reviewer"), expected_version=case.version)


def head(case: Case) -> tuple[Any, ...]:
    case = fresh(case)
    place = case.merchant.name if case.merchant else ""
    told = case.headline or {}
    return case.pattern, told.get("code"), told.get("n_claims"), place, round(case.probability, 6)


def test_each_case_is_named_after_the_claims_that_are_in_it_now_and_back_again(stage: Stage) -> None:
    kept = judged(stage, "A04", "D07")
    first, second = list(kept.alerts.order_by("claim_id").values_list("claim__external_id", flat=True))
    new = split(stage, kept, [first])
    assert head(new) == ("A04", "A04", 1, "가게 A04", 0.9)
    assert head(kept) == ("D07", "D07", 1, "가게 D07", 0.8)
    made = merge(stage, fresh(kept), fresh(new))
    assert head(made) == ("A04", "A04", 2, "", 0.9)
    unmerge(stage, fresh(new), fresh(made))
    assert (head(new)[:4], head(made)[:4]) == (("A04", "A04", 1, "가게 A04"), ("D07", "D07", 1, "가게 D07"))
    again = merge(stage, fresh(made), fresh(new))
    out = detach(stage, fresh(again), first, "dropped")
    assert head(out) == ("D07", "D07", 1, "가게 D07", 0.8)
    detaching.attach_claim(
        case=fresh(out), claim=first, reason=WHY, by=stage.actor("reviewer"), expected_version=out.version
    )
    assert head(out) == ("A04", "A04", 2, "", 0.9)
    assert second in names(out)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_merged_case_says_in_every_place_where_its_payments_are(
    stage: Stage, client: Any, call: Any, language: str
) -> None:
    kept, other = judged(stage, "D07"), judged(stage, "A04")
    merge(stage, kept, other)
    gone = fresh(other)
    client.force_login(stage.cast.reviewer)
    client.cookies["django_language"] = language
    page = client.get(f"/cases/{gone.reference}/").content.decode()
    listed = client.get(f"{reverse('cases:queue')}?view=closed").content.decode()
    with translation.override(language):
        told = case_facts(gone, language, stage.actor("approver"))["headline"]
        (line,) = brief_of(gone, [], reasons_of(gone, []))
    assert "가게 A04" in told
    assert kept.reference in told
    assert f'href="/cases/{kept.reference}/"' in line.html
    assert str(line.html) in page
    assert told in listed
    for false in ("somebody else", "다른 사람", "kept no reasons", "still gone", "0 payments", "0건"):
        assert false not in told + line.text, false
    assert "kept no reasons" not in page
    answered = call("reviewer").get(f"cases/{gone.reference}/").json()
    assert kept.reference in answered["headline"]
    assert answered["amount_kind"] == "merged"
    own_row = listed[listed.index(f'id="{gone.reference}"') :].split("</tr>")[0]
    for shown in (page[page.index("case-head") : page.index("</header>", page.index("case-head"))], own_row):
        plain = re.sub("<[^>]*>", " ", shown)
        assert not re.search(r"(?:KRW\s*)?\b0(?:원|\b)(?!\d)", plain.replace("-000", "")), plain
    claims = page[page.index('id="claims"') :].split("</header>")[0]
    assert kept.reference in claims


def test_a_case_whose_last_payment_was_moved_does_not_say_it_was_somebody_elses(stage: Stage) -> None:
    case = judged(stage, "A04")
    case.alerts.update(left_at=case.opened_at, left_why=Alert.Left.SPLIT)
    with translation.override("en"):
        (line,) = brief_of(case, [], reasons_of(case, []))
        assert line.text == "The case holds no payment any more; the timeline says where they went."
        case.alerts.update(left_why=Alert.Left.OTHER_PERSON)
        (line,) = brief_of(case, [], reasons_of(case, []))
        assert line.text.endswith("somebody else's.")
