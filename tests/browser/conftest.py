"""A real browser against a live server: the scene, a page per person, and a watch on errors and the security policy."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client

from fraud.claims.models import User
from tests.browser.kept import kept
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
# Without windows of its own a browser needs half the processor time for a page.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


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


#: Milliseconds until what does not come is missing: how long it takes says how busy the machine is.
PATIENCE = 180_000

#: Times a page may be overtaken by a navigation begun before, each of which ends by itself.
WAYS_TO_LOSE = 8

#: Who has signed in by the form in this process: once each, then a session is enough.
_BY_FORM: set[str] = set()


@pytest.fixture
def keep(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., object]:
    """`keep("name", make)`: a company that is made once and copied back for later tests."""
    return lambda name, make: kept(name, make, lambda: tmp_path_factory.mktemp("kept"))


@pytest.fixture
def scene(live_server, keep) -> Scene:
    return keep("scene", lambda: make_scene(n_cases=12, n_history=8))


class Watched:
    """A browser page that fails its test on script errors and on anything the security policy refused."""

    def __init__(self, page, base: str) -> None:
        self.page, self.base, self.problems = page, base, []
        self._under_way: set[object] = set()
        page.on("request", lambda asked: self._under_way.add(asked))
        for ended in ("requestfinished", "requestfailed"):
            page.on(ended, lambda asked: self._under_way.discard(asked))
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("console", self._console)

    def _console(self, message) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(message.text)

    def open(self, path: str) -> None:
        """Go there, however many navigations that keys and links began earlier are still under way."""
        for left in reversed(range(WAYS_TO_LOSE)):
            try:
                self.page.goto(self.base + path)
                return
            except playwright_api.Error as error:  # a key or a link had begun to go elsewhere, and won
                if "interrupted by another navigation" not in str(error) or not left:
                    raise
                self.page.wait_for_timeout(300)
                self.page.wait_for_load_state()

    def settle(self) -> None:
        """Until what a key or a press has begun is done: handlers have run, and nothing asked for is still on its way."""
        self.page.wait_for_load_state()
        with contextlib.suppress(playwright_api.Error):  # it began to go elsewhere, which is on its way then
            self.page.evaluate(NEXT_FRAME)
        self.until(lambda: not self._under_way)

    def until(self, holds: Callable[[], object]) -> None:
        """Until something the test itself can see holds."""
        deadline = time.monotonic() + PATIENCE / 1000
        while not holds():
            assert time.monotonic() < deadline, "waited in vain"
            self.page.wait_for_timeout(10)

    def loads(self, picture) -> list[int]:
        """Width and height of a picture once it is there; the policy forbids the driver's own waiting for a condition."""
        picture.scroll_into_view_if_needed()
        return picture.evaluate(PICTURE)

    def __getattr__(self, name: str):
        return getattr(self.page, name)


NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
PICTURE = """async (one) => {
  if (!one.complete) await new Promise((done) => { one.onload = one.onerror = done; });
  return [one.naturalWidth, one.naturalHeight];
}"""


def sign_in(page: Watched, user: User) -> None:
    """By the form the first time, afterwards by a session: then no page is open yet."""
    if user.username in _BY_FORM:
        client = Client()
        client.force_login(User.objects.get(pk=user.pk), backend=settings.AUTHENTICATION_BACKENDS[-1])
        page.context.add_cookies(
            [{"name": name, "value": found.value, "url": page.base} for name, found in client.cookies.items()]
        )
        return
    page.open("/accounts/login/")
    page.fill("#id_username", user.username)
    page.fill("#id_password", PASSWORD)
    page.click("form.stack .primary")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    _BY_FORM.add(user.username)


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
            reduced_motion="reduce",  # colours are what they are, not on their way there
        )
        context.set_default_timeout(PATIENCE)
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
            sign_in(page, getattr(scene.cast, who))
        return page

    yield start
    problems = [problem for page in pages for problem in page.problems]
    for context in contexts:
        context.close()
    assert not problems, problems
