"""Pictures of the twenty main pages of a running demo company, in both languages, wide and on a phone.

    python -m tests.browser.screenshots --base http://localhost:8000 --to FOLDER

To be looked at by people: what is crowded, half blank, or says the wrong thing shows in no test.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

PASSWORD = "cleancard-demo"
LANGUAGES, WIDTHS = ("ko", "en"), (1440, 360)
#: login → (name of the picture, address; `{case}` is the first case of the queue, `{own}` the cardholder's first request).
PAGES: dict[str, tuple[tuple[str, str], ...]] = {
    "reviewer1": (
        ("queue", "/queue/?view=open"), ("case", "/cases/{case}/"), ("related", "/cases/{case}/?tab=related"),
        ("claims", "/claims/"), ("notices", "/notices/"),
    ),
    "approver1": (
        ("approvals", "/approvals/"), ("work", "/workload/"), ("overview", "/reports/"), ("assurance", "/reports/assurance/"),
        ("runs", "/runs/"), ("files", "/files/"), ("mail", "/mail/"),
    ),
    "ruleadmin": (("rules", "/rules/"), ("gallery", "/rules/gallery/")),
    "modelowner": (("detection", "/detection/"), ("threshold", "/detection/threshold/")),
    "clerk": (("recovery", "/recovery/"),),
    "admin": (("settings", "/settings/"),),
    "auditor": (("audit", "/audit/"),),
    "cardholder2": (("my", "/my/"),),
}  # fmt: skip


def main() -> int:
    """Write the pictures, and say which page did not answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="http://localhost:8000")
    parser.add_argument("--to", default="var/screenshots")
    parser.add_argument("--browser", default=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    asked = parser.parse_args()
    from playwright.sync_api import sync_playwright

    folder, failed = Path(asked.to), 0
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=asked.browser, args=["--no-sandbox"])
        for login, pages in PAGES.items():
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            _sign_in(page, asked.base, login)
            for name, path in pages:
                failed += _picture(page, asked.base, name, path, folder)
            context.close()
        browser.close()
    print(f"{sum(map(len, PAGES.values()))} pages in {folder}, {failed} did not answer")
    return int(bool(failed))


def _sign_in(page: Any, base: str, login: str) -> None:
    page.goto(base + "/accounts/login/")
    page.fill("#id_username", login)
    page.fill("#id_password", PASSWORD)
    page.click("form.stack .primary")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def _picture(page: Any, base: str, name: str, path: str, folder: Path) -> int:
    if "{case}" in path:
        page.goto(base + "/queue/?view=answered")
        path = path.format(case=page.locator("tr[data-item]").first.get_attribute("id"))
    failed = 0
    for language in LANGUAGES:
        page.context.add_cookies([{"name": "django_language", "value": language, "url": base}])
        answer = page.goto(base + path)
        if answer is None or answer.status != 200:
            print(f"{path}: {answer.status if answer else 'nothing'}")
            failed = 1
            continue
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=folder / f"{name}-{language}-{width}.png", full_page=width < 1000)
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
