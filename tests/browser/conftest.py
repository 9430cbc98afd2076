"""A real browser against a live server: the scene, a page per person, and a watch on errors and the security policy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.cast import PASSWORD
from tests.conftest import missing
from tests.scene import Scene, make_scene

playwright_api = pytest.importorskip("playwright.sync_api")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    program = next((found for found in map(shutil.which, NAMES) if found), None)
    if program is None:
        missing("chromium")
    # The synchronous driver keeps an event loop running; the test thread itself is not asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with playwright_api.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@pytest.fixture
def scene(live_server) -> Scene:
    return make_scene(n_cases=12, n_history=8)


class Watched:
    """A browser page that fails its test on script errors and on anything the security policy refused."""

    def __init__(self, page, base: str) -> None:
        self.page, self.base, self.problems = page, base, []
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("console", self._console)

    def _console(self, message) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def __getattr__(self, name: str):
        return getattr(self.page, name)


@pytest.fixture
def visit(browser, live_server, scene) -> Iterator[Callable[..., Watched]]:
    """`visit("reviewer", width=360, theme="dark", language="en")`: a signed-in page."""
    contexts, pages = [], []

    def start(
        who: str = "",
        *,
        width: int = 1440,
        theme: str = "light",
        language: str = "en",
        script: bool = True,
        phone: bool = False,
    ) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": 800 if phone else 900 if width > 600 else 740},
            java_script_enabled=script,
            is_mobile=phone,
            has_touch=phone,
        )
        context.add_cookies(
            [
                {"name": "django_language", "value": language, "url": live_server.url},
                {"name": "theme", "value": theme, "url": live_server.url},
            ]
        )
        page = Watched(context.new_page(), live_server.url)
        contexts.append(context)
        pages.append(page)
        if who:
            page.open("/accounts/login/")
            page.fill("#id_username", getattr(scene.cast, who).username)
            page.fill("#id_password", PASSWORD)
            page.click("form.stack .primary")
            page.wait_for_url(lambda url: "/accounts/login" not in url)
        return page

    yield start
    problems = [problem for page in pages for problem in page.problems]
    for context in contexts:
        context.close()
    assert not problems, problems
