"""The cardholder's way through an answer, step by step, as the tests of browsers take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cases.models import Case


def at_step(page: Any, case: Case, name: str) -> None:
    """Open one step of the answer or the appeal."""
    page.open(f"/my/{case.reference}/?step={name}")
    page.wait_for_selector(f"#answer [name=stay][value={name}]", state="attached")


def onwards(page: Any, name: str) -> None:
    """Press what leads to that step, and wait for it."""
    page.click(f"#answer button[name=go][value={name}]")
    page.wait_for_selector(
        f"#answer [name=stay][value={name}]" if not name.endswith("check") else "dl.read-back",
        state="attached",
    )


def attach(page: Any, files: Sequence[Mapping[str, Any]], *, field: str = "#camera") -> None:
    """Each file by itself, as a camera gives them; each is there before the next."""
    there = page.locator(".thumbs li").count()
    for n, file in enumerate(files, there + 1):
        page.set_input_files(field, file)
        page.wait_for_selector(f".thumbs li:nth-child({n})")


def answer_all(
    page: Any, case: Case, answers: Sequence[str], *, text: str = "", files: Sequence[Mapping[str, Any]] = ()
) -> None:
    """From the page of the request through every step to the answer that is sent."""
    names = [*(f"answer-{n}" for n in range(1, len(answers) + 1)), "words", "files", "check"]
    at_step(page, case, names[0])
    for name, after, said in zip(names, names[1:], [*answers, text], strict=False):
        page.fill("#text" if name == "words" else f"#{name}", said)
        onwards(page, after)
    attach(page, files)
    onwards(page, "check")
    page.click("#answer footer .primary")
    page.wait_for_selector(".notice.success")
