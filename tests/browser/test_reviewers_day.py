"""A reviewer's day by keyboard alone: ten cases worked, one taken back, several at once, and always the next one open."""

from __future__ import annotations

import re

import pytest

from cases.models import Case
from cases.workflow import State
from tests.cast import make_case

pytestmark = pytest.mark.browser


def reference_of(page) -> str:
    return re.search(r"C-\d{4}-\d{6}", page.url).group()


def close_this_one(page) -> str:
    """l, a reason, Ctrl+Enter; returns the case that was closed. The next one is open afterwards."""
    closed = reference_of(page)
    page.keyboard.press("l")
    page.wait_for_selector("dialog#close[open]")
    page.keyboard.press("Space")
    page.focus("#legitimate-reason")
    page.keyboard.type("The minutes and the partner confirm the meeting.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: closed not in url)
    return closed


def test_a_day_of_ten_cases_needs_no_mouse(visit, scene):
    for _ in range(8):
        make_case(cardholder=scene.cast.cardholder_record)
    page = visit("reviewer")
    Case.objects.filter(state=State.NEW).update(band="medium")
    page.open("/queue/?view=new")
    page.keyboard.press("t")
    page.wait_for_url("**/cases/C-*/")
    worked = []
    for _ in range(30):
        if len(worked) == 10:
            break
        if page.locator("[data-key=a]").count() and page.locator("[data-key=a]").first.is_visible():
            page.keyboard.press("a")
            page.wait_for_selector("[data-dialog=close]")
        if not page.locator("[data-dialog=close]").count():
            here = page.url
            page.keyboard.press("g")
            page.wait_for_url(lambda url, here=here: url != here)
            continue
        worked.append(close_this_one(page))
        if "/cases/" not in page.url:
            break
    assert len(set(worked)) == 10
    done = Case.objects.filter(reference__in=worked)
    assert {case.state for case in done} <= {State.CLOSED.value, State.PENDING_APPROVAL.value}

    last = worked[-1]
    page.keyboard.press("u")  # from the next case, the step on the last one
    page.wait_for_selector(".undo", state="detached")
    assert Case.objects.get(reference=last).state == State.IN_REVIEW

    page.open("/queue/?view=open&state=in_review")
    page.keyboard.press("x")
    page.keyboard.press("s")
    page.wait_for_selector("dialog#bulk-snooze[open]")
    page.keyboard.press("2")  # next week; the cursor is in the reason then
    page.keyboard.type("trip")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".undo")
    assert Case.objects.exclude(snoozed_until=None).filter(snooze_reason="trip").exists()
    page.keyboard.press("u")
    page.wait_for_selector(".undo", state="detached")
    assert not Case.objects.filter(snooze_reason="trip").exists()


def test_the_palette_runs_what_a_key_would(visit, scene):
    page = visit("reviewer")
    page.open("/queue/?view=new")
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog#palette[open]")
    page.keyboard.type("take the next")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/C-*/")
    page.keyboard.press("?")
    page.wait_for_selector("dialog#keys[open]")
    assert page.locator("dialog#keys dt").count() >= 15


def test_the_palette_finds_cases_and_people_while_one_types(visit, scene):
    page = visit("reviewer")
    page.open("/queue/?view=new")
    case = Case.objects.select_related("cardholder").order_by("pk")[0]
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog#palette[open]")
    page.keyboard.type(case.cardholder.employee_no)
    page.wait_for_selector(f"[data-palette-found] a:has-text('{case.reference}')")
    page.fill("#palette-find", "nothing is called so")
    page.wait_for_selector("[data-palette-found] >> text=No case, person, merchant or run has")
    page.fill("#palette-find", case.reference.lower())
    page.wait_for_selector(f"[data-palette-found] a[href='/cases/{case.reference}/']")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{case.reference}/")
