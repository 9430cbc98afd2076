"""What a reviewer does with the keyboard, and what every page must be at any width, theme and language."""

from __future__ import annotations

import pytest

from cases.models import Case

pytestmark = pytest.mark.browser


def pages_of(scene) -> list[str]:
    case, claim = scene.cases["explained"], scene.run.scores.first().claim_id
    return [
        "/queue/",
        "/queue/?view=closed&pane=1",
        f"/cases/{case.reference}/",
        f"/cases/{case.reference}/?tab=history",
        f"/cases/{scene.cases['blind'].reference}/",
        "/claims/",
        f"/claims/{claim}/",
        "/runs/",
        f"/runs/{scene.run.reference}/",
        f"/cases/{case.reference}/dossier/",
        "/reports/",
        "/reports/assurance/",
        "/search/?q=한우",
        "/no-such-page/",
        "/detection/",
        "/detection/threshold/",
        "/detection/side-by-side/",
        "/detection/experiments/",
        "/detection/trainings/",
        "/detection/experiments/?kind=autoencoder",
        "/rules/",
        "/files/",
        "/recovery/",
    ]


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(1440, "light", "ko"), (1440, "dark", "en"), (360, "light", "en"), (360, "dark", "ko")],
)
def test_every_page_fits_its_width_without_an_error(visit, scene, width, theme, language):
    page = visit("approver", width=width, theme=theme, language=language)
    for path in pages_of(scene):
        page.open(path)
        too_wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide <= 0, f"{path} is {too_wide} px too wide at {width}"
        assert page.evaluate("document.documentElement.lang") == language
        assert page.locator("h1").count() == 1, path
        assert page.locator("main").count() == 1, path


@pytest.mark.parametrize("language", ["ko", "en"])
def test_settings_fit_a_phone(visit, scene, language):
    page = visit("system_admin", width=360, theme="light", language=language)
    page.open("/settings/")
    assert page.locator(".setting").count() > 20
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_keys_move_open_and_come_back(visit, scene):
    page = visit("reviewer")
    page.open("/queue/")
    first, second = (row.get_attribute("id") for row in page.locator("tr[data-item]").all()[:2])
    assert page.locator("tr[aria-selected=true]").get_attribute("id") == first
    page.keyboard.press("j")
    assert page.locator("tr[aria-selected=true]").get_attribute("id") == second
    page.keyboard.press("k")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{second}/")
    page.go_back()
    page.wait_for_url("**/queue/")


def test_key_of_the_case_page_pressed_in_the_queue_opens_the_case_with_its_form(visit, scene):
    page = visit("reviewer")
    page.open("/queue/")
    reference = page.locator("tr[aria-selected=true]").get_attribute("id")
    if Case.objects.get(reference=reference).state == "new":
        page.keyboard.press("a")
        page.wait_for_url(f"**/cases/{reference}/")
        page.open("/queue/")
        assert page.locator("tr[aria-selected=true]").get_attribute("id") == reference
    page.keyboard.press("s")
    page.wait_for_url(f"**/cases/{reference}/")
    page.locator("dialog#snooze").wait_for()
    assert "#" not in page.url
    assert page.evaluate("document.activeElement.dataset.digit") == "1"
    day = page.locator("[data-digit='2']").get_attribute("data-write")
    page.keyboard.press("2")
    assert page.locator("#snooze-until").input_value() == day
    assert page.evaluate("document.activeElement.id") == "snooze-reason"
    page.keyboard.type("2 days")  # a digit in a text is a digit
    assert page.locator("#snooze-reason").input_value() == "2 days"
    assert page.locator("#snooze-until").input_value() == day


def test_letter_of_dismissal_closes_the_chosen_rows_together(visit, scene):
    page = visit("reviewer")
    page.open("/queue/")
    page.keyboard.press("x")
    page.keyboard.press("l")
    page.locator("dialog#bulk-close").wait_for()


def test_slash_goes_to_the_search_and_question_mark_to_the_help(visit, scene):
    page = visit("reviewer")
    page.open("/queue/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("j")
    assert page.locator("input[name=q]").first.input_value() == "j"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog#keys").is_visible()


def test_preview_follows_the_selected_row(visit, scene):
    page = visit("reviewer")
    page.open("/queue/")
    page.keyboard.press("p")
    page.wait_for_url("**pane=1**")
    page.wait_for_selector("[data-pane] .reasons")
    page.keyboard.press("j")
    second = page.locator("tr[aria-selected=true]").get_attribute("id")
    page.locator("[data-pane] h2", has_text=second).wait_for()


def test_selecting_rows_shows_how_many(visit, scene):
    page = visit("reviewer")
    page.open("/queue/?view=open")
    assert not page.locator("[data-bulk]").is_visible()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[data-count]").first.inner_text() == "2"
    page.click("[data-select-none]")
    assert not page.locator("[data-bulk]").is_visible()


def test_shift_selects_the_rows_between(visit, scene):
    page = visit("reviewer")
    page.open("/queue/?view=open")
    boxes = page.locator("[data-select]")
    boxes.nth(0).click()
    boxes.nth(3).click(modifiers=["Shift"])
    assert page.locator("[data-select]:checked").count() == 4


def test_filter_chip_goes_and_the_url_knows(visit, scene):
    page = visit("reviewer")
    page.open("/claims/?q=한우&min=1000")
    assert page.locator("a.chip").count() == 2
    page.locator("a.chip").first.click()
    page.wait_for_url("**/claims/?min=1000")
    page.go_back()
    assert page.locator("a.chip").count() == 2


def test_theme_is_chosen_and_stays(visit, scene):
    page = visit("reviewer", theme="light")
    page.open("/queue/")
    light = page.evaluate(
        "getComputedStyle(document.body).backgroundColor + getComputedStyle(document.documentElement).backgroundColor"
    )
    page.click("summary[aria-label=Theme]")
    page.click("button[value=dark]")
    page.wait_for_load_state()
    dark = page.evaluate(
        "getComputedStyle(document.body).backgroundColor + getComputedStyle(document.documentElement).backgroundColor"
    )
    assert light != dark
    page.open("/runs/")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_rail_is_narrowed_and_stays_so(visit, scene):
    page = visit("reviewer")
    page.open("/queue/")
    wide = page.locator(".rail").bounding_box()["width"]
    page.click("[data-rail]")
    page.open("/runs/")
    assert page.locator(".rail").bounding_box()["width"] < wide / 2


def test_menu_opens_on_a_phone(visit, scene):
    page = visit("reviewer", width=360)
    page.open("/queue/")
    assert not page.locator(".rail").is_visible()
    page.click("[data-rail-open]")
    page.click(".rail a[href='/claims/']")
    page.wait_for_url("**/claims/")


def test_pages_work_without_script(visit, scene):
    page = visit("reviewer", script=False)
    page.open("/claims/")
    page.fill("#f-q", "한우")
    page.click("form.inline-form button")
    page.wait_for_selector("a.chip")
    assert page.locator("a.chip").count() == 1
    page.locator("tbody a.main").first.click()
    page.wait_for_selector(".facts")
    page.open("/queue/?view=open")
    page.locator("tbody a.main").first.click()
    page.wait_for_url("**/cases/C-*/")


def test_focus_is_visible_and_the_first_stop_skips_to_the_content(visit, scene):
    page = visit("reviewer")
    page.open("/runs/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_printed_case_shows_no_rail_and_no_buttons(visit, scene):
    page = visit("reviewer")
    page.open(f"/cases/{scene.cases['explained'].reference}/")
    page.emulate_media(media="print")
    assert not page.locator(".rail").is_visible()
    assert not page.locator(".topbar").is_visible()
    assert page.locator(".timeline").is_visible()


def test_text_stands_out_from_its_ground(visit, scene):
    """Contrast of at least 4.5 for every piece of text, in both themes."""
    for theme in ("light", "dark"):
        page = visit("approver", theme=theme)
        for path in (
            "/queue/?view=open",
            f"/cases/{scene.cases['explained'].reference}/",
            f"/runs/{scene.run.reference}/",
        ):
            page.open(path)
            low = page.evaluate(CONTRAST)
            assert not low, f"{path} in {theme}: {low[:5]}"


def test_taking_a_case_by_key_moves_it_to_ones_own(visit, scene):
    page = visit("reviewer")
    page.open("/queue/?view=new")
    reference = page.locator("tr[aria-selected=true]").get_attribute("id")
    page.keyboard.press("a")
    page.wait_for_url(f"**/cases/{reference}/")
    assert Case.objects.get(reference=reference).assignee == scene.cast.reviewer


# For each text node: its colour against the nearest opaque ground; what is below 4.5 (3 for large text) is listed.
CONTRAST = """
() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (text) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const over = (a, b) => { const f = a[3] / 255; return [0, 1, 2].map((i) => a[i] * f + b[i] * (1 - f)).concat(255); };
  const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const ground = (element) => { const layers = [];
    for (let one = element; one; one = one.parentElement) { const c = rgba(getComputedStyle(one).backgroundColor); if (c[3]) layers.push(c); if (c[3] === 255) break; }
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255, 255]); };
  const low = [];
  const walk = document.createTreeWalker(document.querySelector('.shell'), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), element = walk.currentNode.parentElement;
    if (!text || !element.getClientRects().length || element.closest('[aria-hidden=true], :disabled, svg, .visually-hidden')) continue;
    const style = getComputedStyle(element);
    if (style.opacity < 1) continue;
    const back = ground(element), front = over(rgba(style.color), back);
    const [high, deep] = [light(front), light(back)].sort((a, b) => b - a);
    const ratio = (high + .05) / (deep + .05), size = parseFloat(style.fontSize);
    if (ratio < (size >= 24 || (size >= 18.6 && style.fontWeight >= 700) ? 3 : 4.5)) low.push(`${text.slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return [...new Set(low)];
}
"""


@pytest.mark.parametrize("width", [1440, 360])
def test_every_key_on_queue_and_case_leaves_the_console_silent(visit, scene, width):
    """`Watched` fails the test on script errors and on whatever the security policy refused."""
    page = visit("reviewer", width=width)
    case = scene.cases["in_review"].reference
    for path, keys in (("/queue/?view=open&pane=1", "jkpxelrsh?"), (f"/cases/{case}/", "elrsbn?")):
        for key in keys:
            page.open(path)
            page.keyboard.press(key)
            page.settle()
    page.open(f"/cases/{case}/")
    page.keyboard.press("e")
    page.wait_for_selector("#request-text input[name=language]", state="attached")
    page.click("#request-text button[hx-get$='language=ko']")
    page.wait_for_selector("#request-text input[name=language][value=ko]", state="attached")
    assert page.problems == []


def test_a_long_page_begins_folded_on_a_phone_with_its_figures(visit, scene):
    phone = visit("approver", width=360)
    phone.open("/reports/")
    parts = phone.locator("details[data-fold]")
    assert parts.count() >= 5
    assert phone.locator("details[data-fold][open]").count() == 0
    assert phone.locator("details[data-fold] > summary .figure").first.is_visible()
    assert phone.evaluate("document.documentElement.scrollHeight") < 5_000
    parts.first.locator("summary").first.focus()
    phone.keyboard.press("Enter")
    assert parts.first.locator("table").first.is_visible()
    desk = visit("approver")
    desk.open("/reports/")
    assert desk.locator("details[data-fold]:not([open])").count() == 0
