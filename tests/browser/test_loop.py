"""The whole loop in a browser, role by role: night, review by keyboard, explanation on a phone, decision by two people,
repayment, label, training, comparison, promotion, and the next night with the new version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from audit.actor import Actor
from audit.services import find_faults
from cases.models import Appeal, Case, Recovery
from cases.services.clocks import sweep_clocks
from cases.services.night import run_night
from cases.services.nights_due import business_date_of
from cases.services.outbox import send_outbox
from cases.workflow import State
from fraud.claims.labels import NewLabel, add_labels
from fraud.claims.models import Claim, Label
from fraud.detection.models import ModelVersion, ScreeningRun
from tests.browser.answering import at_step, attach, onwards
from tests.cast import Cast, make_cast, make_claim, make_merchant
from tests.night_company import add_claims, add_people, add_rules

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SYSTEM = Actor.system("nightly")
PHONE = 360


@dataclass
class Company:
    """What `visit` needs (`cast`), and the case the night opened for the cardholder."""

    cast: Cast

    @property
    def case(self) -> Case:
        return Case.objects.get(cardholder=self.cast.cardholder_record)


@pytest.fixture
def scene(live_server, keep) -> Company:
    return keep("after a night", company_after_a_night)


def company_after_a_night() -> Company:
    """A small company with two months of history and an evening of split payments, after its first night."""
    cast = make_cast()
    add_rules()
    add_people(20, 30)
    start = timezone.now() - timedelta(days=62)
    history = add_claims(900, days=60, start=start, is_history=True)
    add_outcomes(history, known_at=start + timedelta(days=45), until=start + timedelta(days=40))
    bar = make_merchant("한우마을", mcc="5813")
    evening = timezone.now() - timedelta(days=1)
    for i in range(3):
        make_claim(
            cardholder=cast.cardholder_record,
            merchant=bar,
            amount_minor=780_000,
            currency="KRW",
            transacted_at=evening + timedelta(minutes=9 * i),
            received_at=timezone.now() - timedelta(hours=2),
        )
    make_claim(
        cardholder=cast.stranger_record,
        merchant=bar,
        card_status="stopped",
        amount_minor=64_000,
        currency="KRW",
        transacted_at=evening,
        received_at=timezone.now() - timedelta(hours=2),
    )
    run_night(business_date=business_date_of(timezone.now()) - timedelta(days=1), by=SYSTEM)
    return Company(cast)


def add_outcomes(claims: list[int], *, known_at: datetime, until: datetime) -> None:
    """Large early claims turned out misuse, some ordinary ones did not: what earlier reviewers left behind."""
    rows = Claim.objects.filter(pk__in=claims, transacted_at__lt=until)
    misuse = list(rows.filter(amount_minor__gt=400_000).values_list("pk", flat=True))
    genuine = list(rows.filter(amount_minor__lte=400_000).order_by("pk").values_list("pk", flat=True)[:150])
    labels = [
        NewLabel(
            claim_id=pk, is_misuse=pk in set(misuse), source=Label.Source.SIMULATED_HISTORY, known_at=known_at
        )
        for pk in [*misuse, *genuine]
    ]
    add_labels(labels=labels, by=Actor.system("test"), subject="config")


def outcomes_of(scene: Company):
    """What casework itself said about the cardholder's claims."""
    own = Label.objects.filter(claim__cardholder=scene.cast.cardholder_record)
    return own.exclude(source=Label.Source.SIMULATED_HISTORY)


def photo() -> dict[str, object]:
    buffer = BytesIO()
    Image.new("RGB", (60, 80), "white").save(buffer, "JPEG")
    return {"name": "receipt.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def press(page, key: str, dialog: str) -> None:
    """Press a key that opens a dialog."""
    page.keyboard.press(key)
    page.wait_for_selector(f"dialog#{dialog}[open]")


def leave(page, case: Case) -> None:
    """Wait for what follows a step that closes the page of a case: the next case, or the queue."""
    page.wait_for_url(lambda url: f"/cases/{case.reference}/" not in url)


def take_and_ask(visit, case: Case):
    page = visit("reviewer")
    page.open("/queue/?view=new")
    page.locator(f"tr#{case.reference} a.main").click()
    page.wait_for_url(f"**/cases/{case.reference}/")
    page.keyboard.press("a")
    page.wait_for_selector("[data-key=e]")
    press(page, "e", "request-explanation")
    page.wait_for_selector("#request-text input[name=language]", state="attached")
    page.locator("dialog#request-explanation .primary").click()
    leave(page, case)
    return page


def answer_on_the_phone(visit, case: Case, text: str):
    page = visit("cardholder", width=PHONE)
    page.open("/")
    page.wait_for_url("**/my/")
    page.locator(f"a[href='/my/{case.reference}/']").click()
    page.locator("a.primary").click()
    page.wait_for_selector("#answer")
    at_step(page, case, "words")
    page.fill("#text", text)
    onwards(page, "files")
    attach(page, [photo()])
    onwards(page, "check")
    page.locator("#answer footer .primary").click()
    page.wait_for_selector(".notice.success")
    return page


def propose(page, case: Case, amount: str) -> None:
    page.open(f"/cases/{case.reference}/")
    press(page, "r", "propose")
    page.check("input[name=disposition][value=confirmed_misuse]")
    page.fill("#propose-amount", amount)
    page.fill(
        "#propose-reason", "The dinner had no business purpose; three payments stay below the limit each."
    )
    page.locator("dialog#propose .primary").click()
    leave(page, case)


def approve(visit, case: Case):
    page = visit("approver")
    page.open(f"/cases/{case.reference}/")
    page.locator("form[action$='/do/approve/'] .primary").click()
    page.wait_for_selector(".notice.success")
    return page


def post(page, case: Case, amount: str, line: str) -> None:
    page.open(f"/recovery/{case.reference}/")
    page.fill("#amount", amount)
    page.select_option("#method", "bank_transfer")
    page.fill("#bank_reference", line)
    page.locator("form[action$='/postings/'] .primary").click()
    page.wait_for_selector(".notice.success")


def test_loop_from_night_to_a_better_model(visit, scene):
    case = scene.case
    assert case.n_claims == 3
    first = ModelVersion.objects.get(stage="champion")

    reviewer = take_and_ask(visit, case)
    send_outbox()
    holder = answer_on_the_phone(visit, case, "I had dinner with friends; I should have used my own card.")
    propose(reviewer, case, "2,340,000")
    assert scene.case.state == State.PENDING_APPROVAL
    approve(visit, case)
    holder.open(f"/my/{case.reference}/")
    holder.locator("form[action$='/accept/'] .primary").click()
    holder.wait_for_selector(".notice.success")

    clerk = visit("clerk")
    post(clerk, case, "1,170,000", "BANK-1")
    post(clerk, case, "1,170,000", "BANK-2")
    case.refresh_from_db()
    assert (case.state, case.disposition) == (State.CLOSED, "confirmed_misuse")
    assert Recovery.objects.get().closed_at is not None
    labels = Label.objects.filter(claim__cardholder=scene.cast.cardholder_record)
    assert labels.filter(is_misuse=True, source="review").count() == 3

    # The challenger learns from what was known two days ago and is compared on what came after.
    call_command(
        "train",
        "--cut-off",
        (timezone.localtime() - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"),
        verbosity=0,
    )
    challenger = ModelVersion.objects.get(stage="challenger")
    assert challenger.n_confirmed > 0
    owner = visit("model_owner")
    owner.open(f"/detection/{challenger.reference}/")
    assert owner.locator("text=Comparison").count() == 1
    owner.fill("#reason", "Learns from the confirmed case; the first version knew no outcome.")
    if owner.locator("input[name=despite_gates]").count():
        owner.check("input[name=despite_gates]")
    owner.locator("form[action$='/propose/'] .primary").click()
    owner.wait_for_selector(".notice.success")
    second = visit("other_approver")
    second.open(f"/detection/{challenger.reference}/")
    second.fill("#reason", "Few outcomes yet, but better than none; agreed.")
    if second.locator("input[name=despite_gates]").count():
        second.check("input[name=despite_gates]")
    second.locator("form[action$='/promote/'] .primary").click()
    second.wait_for_selector(".notice.success")
    challenger.refresh_from_db()
    assert challenger.stage == "champion"

    latest = make_claim(
        cardholder=scene.cast.stranger_record, amount_minor=51_000, currency="KRW", received_at=timezone.now()
    )
    run = run_night(business_date=business_date_of(timezone.now()), by=SYSTEM)
    assert run.model_version == challenger != first
    assert run.scores.filter(claim=latest).count() == 1
    assert find_faults() == []


def test_dismissal_silence_and_an_appeal_that_reverses(visit, scene):
    case = scene.case
    # Another case is dismissed by keyboard with a reason.
    other = Case.objects.exclude(pk=case.pk).filter(state=State.NEW).order_by("-priority").first()
    page = visit("other_reviewer")
    page.open(f"/cases/{other.reference}/")
    page.keyboard.press("a")
    page.wait_for_selector("[data-key=l]")
    press(page, "l", "close")
    page.check("input[name=disposition_reason][value=within_policy]")
    page.fill("#legitimate-reason", "The amount is usual for this shop and covered by the policy.")
    page.locator("dialog#close .primary").click()
    leave(page, other)
    other.refresh_from_db()
    assert other.state in {State.CLOSED, State.PENDING_APPROVAL}

    # The cardholder stays silent until the deadline has passed; silence alone labels nothing.
    reviewer = take_and_ask(visit, case)
    send_outbox(now=datetime.now(UTC) + timedelta(minutes=1))  # nobody's time runs before they were told
    sweep_clocks(datetime.now(UTC) + timedelta(days=30))
    case.refresh_from_db()
    assert case.state == State.NO_RESPONSE
    assert not outcomes_of(scene).exists()

    propose(reviewer, case, "2,340,000")
    approve(visit, case)
    holder = visit("cardholder", width=PHONE)
    holder.open(f"/my/{case.reference}/")
    holder.locator("a", has_text="I object").click()
    holder.fill(
        "#appeal-text", "I was in hospital and could not answer; the minutes of the dinner are attached."
    )
    onwards(holder, "appeal-files")
    attach(holder, [photo()])
    onwards(holder, "appeal-check")
    assert "I was in hospital" in holder.inner_text("dl.read-back")
    assert holder.locator("dl.read-back .thumbs img").count() == 1
    holder.locator("#answer footer .primary").click()
    holder.wait_for_selector(".notice.success")

    # Whoever approved does not decide the appeal; a different approver reverses it.
    first = visit("approver")
    first.open(f"/cases/{case.reference}/")
    assert first.locator("form[action$='/decide-appeal/']").count() == 0
    second = visit("other_approver")
    second.open(f"/cases/{case.reference}/")
    second.check("input[name=result][value=reversed]")
    second.fill("#appeal-reason", "The minutes prove the business purpose of the dinner.")
    second.locator("form[action$='/decide-appeal/'] .primary").click()
    second.wait_for_selector(".notice.success")
    case.refresh_from_db()
    assert case.state == State.CLOSED
    assert Appeal.objects.get().result == Appeal.Result.REVERSED
    labels = outcomes_of(scene).order_by("id")
    assert [label.is_misuse for label in labels] == [True] * 3 + [False] * 3
    assert all(label.supersedes_id for label in labels[3:])
    assert ScreeningRun.objects.count() == 1
    assert find_faults() == []
