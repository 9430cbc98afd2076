"""axe-core over every page of a running company: each page once a role, in both languages, light and dark, wide and on a phone, with
its menus and dialogs open.

    AXE_CORE=…/axe.min.js python -m tests.browser.axe --base http://localhost:8000 [--login reviewer1 …] [--only /queue/ …]

axe-core is no part of this project: `npm pack axe-core`, unpack it, and name its axe.min.js. Prints the pages, the looks at
them, and each violation with where it is; ends with 1 where there is any.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOGINS = (
    "reviewer1", "approver1", "clerk", "ruleadmin", "modelowner", "auditor", "admin", "cardholder1", "cardholder2", "manager1",
)  # fmt: skip
PASSWORD = "cleancard-demo"
WIDTHS, THEMES, LANGUAGES = (1440, 360), ("light", "dark"), ("ko", "en")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
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
#: Open menus and dialogs are looked at in these: each width and each theme once.
_CLOSELY = {(1440, "light"), (360, "dark")}
_OPENERS = "() => [...document.querySelectorAll('dialog[id]')].map(d => d.id)"


def axe_source() -> str:
    """The text of axe-core. Raises FileNotFoundError where AXE_CORE names no file."""
    return Path(os.environ.get("AXE_CORE") or "axe.min.js").read_text(encoding="utf-8")


def violations_of(page: Any, source: str, where: str = "") -> list[tuple[str, list[str]]]:
    """(rule, up to three places) of what axe-core finds on the page as it stands, or in the element with this id."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_STAND_STILL, _STILL)
        page.evaluate(source)
    return [(name, places) for name, places in page.evaluate(_RUN, [RULES, where])]


def looks(page: Any, source: str) -> Iterator[tuple[str, Any]]:
    """(how it was looked at, what was found): the page in every width and theme, its menus open, and each dialog open."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(50)  # what follows the width has followed
        for theme in THEMES:
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            how = f"{width} {theme}"
            yield how, violations_of(page, source)
            if (width, theme) not in _CLOSELY:
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
        sorted(part for part in urlsplit(path).query.split("&") if part.startswith(("tab=", "view=")))
    )
    return f"{match.view_name}?{tab}"


def main(argv: list[str] | None = None) -> int:
    """Walk and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="http://localhost:8000")
    parser.add_argument("--login", nargs="*", default=list(LOGINS))
    parser.add_argument("--only", nargs="*", help="these addresses instead of all that are reachable")
    parser.add_argument("--browser", default=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    asked = parser.parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fraud.project.settings")
    import django
    from playwright.sync_api import sync_playwright

    django.setup()
    source, n_pages, n_looks, found = axe_source(), 0, 0, Counter[tuple[str, str, str]]()
    seen: set[tuple[str, str]] = set()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=asked.browser, args=["--no-sandbox"])
        for login in asked.login:
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            page.goto(asked.base + "/accounts/login/")
            page.fill("#id_username", login)
            page.fill("#id_password", PASSWORD)
            page.click("form.stack .primary")
            page.wait_for_url(lambda url: "/accounts/login" not in url)
            start = asked.only or [urlsplit(page.url).path]
            paths = asked.only or list(pages_of(page, asked.base, start, kind_of))
            for path in paths:
                if (kind := kind_of(path) or path, login[:4])[0] in {one for one, _login in seen}:
                    continue
                seen.add((kind, login))
                n_pages += 1
                for language in LANGUAGES:
                    context.add_cookies([{"name": "django_language", "value": language, "url": asked.base}])
                    page.set_viewport_size({"width": 1440, "height": 900})
                    page.goto(asked.base + path)
                    for how, violations in looks(page, source):
                        n_looks += 1
                        for name, places in violations:
                            found[name, path, places[0] if places else ""] += 1
                            if found[name, path, places[0] if places else ""] == 1:
                                print(f"{login} {path} {language} {how}: {name} {places}", flush=True)
            context.close()
        browser.close()
    print(f"{n_pages} pages, {n_looks} looks, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
