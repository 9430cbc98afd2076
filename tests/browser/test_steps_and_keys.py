"""The steps and keys of the tasks of `docs/usability.md`, counted while they are done; words typed are not keys."""

from __future__ import annotations

import pytest

from cases.models import Case
from cases.services.explanation_requests import request_explanation
from cases.services.queue import take_case
from cases.workflow import State
from tests.cases.files import picture
from tests.cast import make_case

pytestmark = pytest.mark.browser
#: Seconds, as is usual for such estimates: a tap with finding its place, a letter on a phone, a word that is read, a photo.
TAP, LETTER, READ, PHOTO = 2.5, 0.35, 0.27, 20
ANSWERS = (
    "Dinner with Kim and Lee of Hanbit, our supplier.",
    "The head of department approved it before.",
    "The receipt is in the picture.",
)


class Counted:
    """Keys pressed on a page; what is typed between them is not counted."""

    def __init__(self, page) -> None:
        self.page, self.keys = page, []

    def press(self, key: str) -> None:
        self.keys.append(key)
        self.page.keyboard.press(key)

    def words(self, text: str) -> None:
        self.page.keyboard.type(text)


@pytest.fixture
def two_cases(scene):
    """The next two cases of the queue, of no high risk: one pair of eyes is enough for them."""
    cases = [make_case(cardholder=scene.cast.cardholder_record, priority=9_000_000 - n) for n in range(2)]
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(band="medium")
    return [case.reference for case in cases]


def test_take_and_close_takes_five_keys(visit, two_cases):
    page = visit("reviewer")
    page.open("/queue/?view=new")
    hands = Counted(page)
    hands.press("t")
    page.wait_for_url(f"**/cases/{two_cases[0]}/")
    hands.press("l")
    page.wait_for_selector("dialog#close[open]")
    hands.press("Space")
    hands.press("Tab")
    hands.words("The minutes and the partner confirm the meeting.")
    hands.press("Control+Enter")
    page.wait_for_url(lambda url: two_cases[0] not in url)
    done = Case.objects.get(reference=two_cases[0])
    assert done.state in (State.CLOSED, State.PENDING_APPROVAL)
    assert len(hands.keys) <= 5


def test_take_and_ask_takes_three_keys(visit, two_cases):
    page = visit("reviewer")
    page.open("/queue/?view=new")
    hands = Counted(page)
    hands.press("t")
    page.wait_for_url(f"**/cases/{two_cases[0]}/")
    hands.press("e")
    page.wait_for_selector("dialog[open]")
    hands.press("Control+Enter")
    page.wait_for_url(lambda url: two_cases[0] not in url)
    assert Case.objects.get(reference=two_cases[0]).state == State.AWAITING_EXPLANATION
    assert len(hands.keys) <= 3


@pytest.fixture
def asked(scene):
    """A case of which the cardholder is asked three questions."""
    by = scene.cast.actor("reviewer")
    case = make_case(cardholder=scene.cast.cardholder_record, priority=9_000_000)
    case = take_case(case=case, by=by, expected_version=case.version)
    questions = [f"Question number {n}: what was it for?" for n in range(1, 4)]
    request_explanation(case=case, by=by, expected_version=case.version, questions=questions)
    return case


def test_answer_and_its_evidence_are_read_after_one_key(visit, scene, asked):
    phone = visit("cardholder", width=360, phone=True)
    phone.open(f"/my/{asked.reference}/")
    answer_on_the_phone(phone)
    page = visit("reviewer")
    page.open(f"/queue/?view=open&state=explained&q={asked.reference}")
    hands = Counted(page)
    hands.press("Enter")
    page.wait_for_url(f"**/cases/{asked.reference}/")
    assert page.locator("#timeline", has_text=ANSWERS[0]).is_visible()
    photo = page.locator("#timeline img.page-preview").first
    assert photo.is_visible()
    assert page.loads(photo)[0] == 60
    assert len(hands.keys) == 1


class Read:
    """Words there are to read; a line that stood on a step before (the payment, a button) is not read again."""

    def __init__(self) -> None:
        self.lines: set[str] = set()
        self.n_words = 0

    def page(self, phone, *, again: bool = False) -> None:
        """Read what the page shows; `again`: every line of it, as on the page that reads everything back."""
        for line in phone.inner_text("main").splitlines():
            if again or line not in self.lines:
                self.n_words += len(line.split())
            self.lines.add(line)


def answer_on_the_phone(phone) -> tuple[int, int, int]:
    """Answer step by step, add a photo, read back and send; (taps, letters typed, words there are to read)."""
    read, taps = Read(), 1
    read.page(phone)
    phone.tap("a.primary")
    for n, said in enumerate(ANSWERS, 1):
        phone.wait_for_selector(f"#answer-{n}")
        read.page(phone)
        phone.keyboard.type(said)  # the field has the focus
        phone.tap("#answer footer .primary")
        taps += 1
    for name, found in (("files", "#text"), ("check", "#camera")):
        phone.wait_for_selector(found, state="attached")
        read.page(phone)
        if name == "check":
            file = {"name": "receipt.jpg", "mimeType": "image/jpeg", "buffer": picture("JPEG")}
            phone.set_input_files("#camera", file)
            phone.wait_for_selector(".thumbs img")
            taps += 2  # the button, and the camera's own
        phone.tap(f"#answer button[value={name}]")
        taps += 1
    phone.wait_for_selector("dl.read-back")
    read.page(phone, again=True)
    phone.tap("#answer footer .primary")
    phone.wait_for_selector("ol.answers")
    return taps + 1, sum(map(len, ANSWERS)), read.n_words


def test_a_new_answer_on_a_phone_takes_three_minutes(visit, scene, asked):
    phone = visit("cardholder", width=360, phone=True)
    phone.open("/my/")
    phone.tap(f"a[href*='{asked.reference}']")
    phone.wait_for_url(f"**/my/{asked.reference}/**")
    taps, letters, words = answer_on_the_phone(phone)
    assert taps + 1 <= 10
    seconds = (taps + 1) * TAP + letters * LETTER + words * READ + PHOTO
    print(f"{taps + 1} taps, {letters} letters, {words} words to read: {seconds:.0f} s")
    assert seconds <= 180
    assert Case.objects.get(pk=asked.pk).state == State.EXPLAINED


def told_by(page, text: str) -> None:
    page.wait_for_selector(f"#toasts [role=status]:has-text('{text}')")


def under_cursor(page) -> str:
    return page.evaluate("() => (document.querySelector('[data-item][aria-selected=true]') || {}).id")


def test_a_key_acts_on_the_row_under_the_cursor_or_on_nothing(visit, scene, two_cases):
    mine, other = two_cases
    case = Case.objects.get(reference=mine)
    take_case(case=case, by=scene.cast.actor("reviewer"), expected_version=case.version)
    held = set(Case.objects.filter(assignee=scene.cast.reviewer).values_list("reference", flat=True))
    page = visit("reviewer")
    page.open("/queue/?view=open")
    while under_cursor(page) != mine:
        before = under_cursor(page)
        page.keyboard.press("j")
        assert under_cursor(page) != before, "the row is on the page"
    page.keyboard.press("a")  # one's own already: it has no button, others of the page have
    told_by(page, f"{mine}: Nothing was done")
    for reference in (mine, other):
        page.check(f"tr[id='{reference}'] [data-select]")
    page.focus(f"tr[id='{other}'] a.main")
    page.keyboard.press("a")
    told_by(page, "one case at a time")
    assert page.locator("[data-select]:checked").count() == 2
    page.click("[data-select-none]")
    page.evaluate("() => document.querySelector('[aria-selected=true]').removeAttribute('aria-selected')")
    page.keyboard.press("a")
    told_by(page, "choose a row first")
    page.settle()
    assert set(Case.objects.filter(assignee=scene.cast.reviewer).values_list("reference", flat=True)) == held
    assert Case.objects.get(reference=other).state == State.NEW


def test_a_decision_on_a_part_is_opened_from_the_list_and_says_so_where_there_is_none(visit, two_cases):
    page = visit("reviewer")
    page.open("/queue/?view=new")
    assert under_cursor(page) == two_cases[0]
    page.keyboard.press("b")
    page.wait_for_url(f"**/cases/{two_cases[0]}/")
    told_by(page, "What may be done stands under")


def test_the_dialog_for_many_offers_who_may_have_all_and_assigns_them(visit, scene, two_cases):
    page = visit("approver")
    page.open("/queue/?view=open")
    for reference in two_cases:
        page.check(f"tr[id='{reference}'] [data-select]")
    page.keyboard.press("h")
    login = scene.cast.other_reviewer.username
    page.wait_for_selector(f"#assignee option[value='{login}']", state="attached")
    assert page.evaluate("() => document.activeElement.id") == "assignee"
    page.select_option("#assignee", login)
    page.click("#bulk-assign .primary")
    for reference in two_cases:
        page.wait_for_selector(f"tr[id='{reference}'] .c-by span[title]")
    cases = Case.objects.filter(reference__in=two_cases)
    assert {case.assignee for case in cases} == {scene.cast.other_reviewer}


def test_the_next_step_of_the_checklist_has_the_focus_after_a_tick(visit, scene, two_cases):
    case = Case.objects.get(reference=two_cases[0])
    take_case(case=case, by=scene.cast.actor("reviewer"), expected_version=case.version)
    page = visit("reviewer")
    page.open(f"/cases/{case.reference}/")
    steps = page.locator(".checklist [name=mark][value=done]").evaluate_all("all => all.map(one => one.id)")
    assert len(steps) > 1
    page.focus(f"#{steps[0]}")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#{steps[1]}:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#{steps[1]}[value=open]")


#: What stands on paper although one can only press it or fill it in.
PRESSED = """() => [...document.querySelectorAll('button, summary.button, a.button, dialog, details.menu form, input, textarea')]
  .filter((one) => one.type !== 'hidden' && one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && one.getClientRects().length
    && !(one.matches('input, textarea') && one.value)).map((one) => one.outerHTML.slice(0, 120))"""


def test_printed_lists_and_ledgers_hold_nothing_to_press_and_every_column(visit, scene, two_cases):
    page = visit("reviewer", width=720)
    page.open("/queue/?view=open")
    page.emulate_media(media="print")
    assert page.evaluate(PRESSED) == []
    heads = page.locator("table.queue thead th:not(.c-check)")
    assert heads.count() == 9
    assert all(head.is_visible() for head in heads.all())
