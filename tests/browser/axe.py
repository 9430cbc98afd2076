"""axe-core over every page of a running company: each page once a role, in both languages, light and dark, wide and on a phone, with
its menus and dialogs open; what the browser's console says of scripts and of the security policy counts as found.

    AXE_CORE=…/axe.min.js python -m tests.browser.axe --base http://localhost:8000 [--jobs 2] [--login reviewer1 …] [--only /queue/ …]

axe-core is no part of this project: `npm pack axe-core`, unpack it, and name its axe.min.js. Prints the pages, the looks at
them, and each violation with where it is; ends with 1 where there is any.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOGINS = (
    "reviewer1", "approver1", "clerk", "ruleadmin", "modelowner", "auditor", "admin", "cardholder1", "cardholder2", "manager1",
)  # fmt: skip
PASSWORD = "cleancard-demo"
WIDTHS, THEMES, LANGUAGES = (1440, 360), ("light", "dark"), ("ko", "en")
#: Only violations are put together: what passes would have to be named as well, which takes longer than the checks.
RULES: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
#: A theme is another set of colours and nothing else: the second one is asked about those.
_COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
#: Addresses that answer with a file, end the session or are somebody else's page.
NO_PAGES = (
    "/logout",
    "/api/",
    "/static/",
    "/accounts/",
    "/media/",
    "/evidence/",
    "export",
    "download",
    ".csv",
    ".xlsx",
    ".pdf",
    ".json",
)
MOST_PAGES = 60  # of one role
_RUN = """async ([rules, where]) => { const found = await axe.run(where ? document.getElementById(where) : document, rules);
  return found.violations.map(v => [v.id, v.nodes.map(n => n.target.join(' ')).slice(0, 3)]); }"""
#: Colours are looked at when they stand still.
_STILL = "*, ::before, ::after { transition: none !important; animation: none !important; }"
_STAND_STILL = """text => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]; }"""
_FRAMES = (
    "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
)
#: Open menus and dialogs are looked at in these: each width and each theme once.
_CLOSELY = {(1440, "light"), (360, "dark")}
_OPENERS = "() => [...document.querySelectorAll('dialog[id]')].map(d => d.id)"


def axe_source() -> str:
    """The text of axe-core. Raises FileNotFoundError where AXE_CORE names no file."""
    return Path(os.environ.get("AXE_CORE") or "axe.min.js").read_text(encoding="utf-8")


def violations_of(
    page: Any, source: str, where: str = "", rules: dict[str, Any] = RULES
) -> list[tuple[str, list[str]]]:
    """(rule, up to three places) of what axe-core finds on the page as it stands, or in the element with this id."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_STAND_STILL, _STILL)
        page.evaluate(source)
    return [(name, places) for name, places in page.evaluate(_RUN, [rules, where])]


def looks(page: Any, source: str) -> Iterator[tuple[str, Any]]:
    """(how it was looked at, what was found): the page in every width and theme, its menus open, and each dialog open."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(_FRAMES)  # what follows the width has followed
        for theme in THEMES:
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            how, is_close = f"{width} {theme}", (width, theme) in _CLOSELY
            yield how, violations_of(page, source, rules=RULES if is_close else _COLOURS)
            if not is_close:
                continue
            page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true })")
            # An open menu lies over what is under it, whose targets nobody hits then.
            opened = violations_of(page, source)
            yield f"{how}, menus open", [one for one in opened if one[0] != "target-size"]
            page.evaluate("() => document.querySelectorAll('details.menu').forEach(d => { d.open = false })")
            for name in page.evaluate(_OPENERS):
                page.evaluate("name => document.getElementById(name).showModal()", name)
                yield f"{how}, dialog {name}", violations_of(page, source, name)
                page.evaluate("name => document.getElementById(name).close()", name)


def pages_of(page: Any, base: str, start: list[str], kind_of: Any) -> Iterator[str]:
    """Addresses reachable from the start, the first of each kind of page."""
    waiting, kinds = list(start), set()
    while waiting and len(kinds) < MOST_PAGES:
        path = waiting.pop(0)
        kind = kind_of(path)
        if kind is None or kind in kinds or any(part in path for part in NO_PAGES):
            continue
        kinds.add(kind)
        answer = page.goto(base + path)
        if (
            answer is None
            or answer.status != 200
            or "text/html" not in answer.headers.get("content-type", "")
        ):
            continue
        yield path
        links = page.evaluate(
            "() => [...document.querySelectorAll('a[href]')].filter(a => a.origin === location.origin && !a.hasAttribute('download')).map(a => a.pathname + a.search)"
        )
        waiting += links


def kind_of(path: str) -> str | None:
    """The name of the page behind an address, with its tab; None for an address of nobody."""
    from django.urls import Resolver404, resolve

    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return None
    tab = "&".join(
        sorted(
            part for part in urlsplit(path).query.split("&") if part.startswith(("tab=", "view=", "step="))
        )
    )
    return f"{match.view_name}?{tab}"


def sign_in(browser: Any, base: str, login: str) -> Any:
    """A page of somebody who has signed in, at the address they start at."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(300_000)  # a walk beside other work waits instead of giving up
    page.goto(base + "/accounts/login/")
    page.fill("#id_username", login)
    page.fill("#id_password", PASSWORD)
    page.click("form.stack .primary")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    return page


def pages_by_login(browser: Any, asked: argparse.Namespace) -> list[tuple[str, str]]:
    """(login, address) of one page of each kind, for the first of the logins who reaches it."""
    found: dict[str, tuple[str, str]] = {}
    for login in asked.login:
        page = sign_in(browser, asked.base, login)
        start = asked.only or [urlsplit(page.url).path]
        for path in asked.only or pages_of(page, asked.base, start, kind_of):
            found.setdefault(kind_of(path) or path, (login, path))
        page.context.close()
    return sorted(found.values())


def _is_error(line: Any) -> bool:
    return line.type == "error" and "Failed to load resource" not in line.text


def look_at(
    asked: argparse.Namespace, walk: list[tuple[str, str]]
) -> tuple[int, Counter[tuple[str, str, str]]]:
    """Look at these pages in a browser of its own; how many looks, and what was found, told as it is found."""
    from playwright.sync_api import sync_playwright

    source, n_looks, found = axe_source(), 0, Counter[tuple[str, str, str]]()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=asked.browser, args=["--no-sandbox"])
        for login, paths in groupby(walk, key=lambda one: one[0]):
            page = sign_in(browser, asked.base, login)
            said: list[str] = []  # script errors, and what the security policy refused
            page.on("pageerror", lambda error, said=said: said.append(str(error)))
            page.on("console", lambda line, said=said: said.append(line.text) if _is_error(line) else None)
            for _login, path in paths:
                for language in LANGUAGES:
                    cookie = {"name": "django_language", "value": language, "url": asked.base}
                    page.context.add_cookies([cookie])
                    page.set_viewport_size({"width": 1440, "height": 900})
                    page.goto(asked.base + path)
                    for how, violations in looks(page, source):
                        n_looks += 1
                        for name, places in violations:
                            what = name, path, places[0] if places else ""
                            found[what] += 1
                            if found[what] == 1:
                                print(f"{login} {path} {language} {how}: {name} {places}", flush=True)
                for text in said:
                    found["console", path, text] += 1
                    print(f"{login} {path}: console says {text}", flush=True)
                said.clear()
                print(f"{login} {path}: looked at", flush=True)
            page.context.close()
        browser.close()
    return n_looks, found


def main(argv: list[str] | None = None) -> int:
    """Walk and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="http://localhost:8000")
    parser.add_argument("--login", nargs="*", default=list(LOGINS))
    parser.add_argument("--only", nargs="*", help="these addresses instead of all that are reachable")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="browsers at work at once")
    parser.add_argument("--browser", default=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    asked = parser.parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fraud.project.settings")
    import django
    from playwright.sync_api import sync_playwright

    django.setup()
    axe_source()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=asked.browser, args=["--no-sandbox"])
        walk = pages_by_login(browser, asked)
        browser.close()
    print(f"{len(walk)} pages to look at", flush=True)
    n_jobs = max(1, min(asked.jobs, len(walk)))
    with ProcessPoolExecutor(n_jobs, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(look_at, [asked] * n_jobs, [walk[n::n_jobs] for n in range(n_jobs)]))
    found = sum((violations for _n, violations in parts), Counter[tuple[str, str, str]]())
    print(f"{len(walk)} pages, {sum(n for n, _found in parts)} looks, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
