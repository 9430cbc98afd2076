"""The canary walk: card and resident numbers are handed in at every door; no table, file, mail or log line has one afterwards (ASVS 5: 14.2.6, 16.2.5)."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from audit.services import find_faults
from cases.models import OutboxMessage
from cases.services.outbox import send_outbox
from fraud.project.logs import JsonFormatter
from tests.canary import digits_of
from tests.canary_doors import DOORS
from tests.canary_walk import Walk
from tests.cases.conftest import company, people, stage
from tests.cases.stage import Stage

__all__ = ["company", "people", "stage"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forked_reading")]


@pytest.fixture
def walk(stage: Stage) -> Walk:
    return Walk(stage)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the product's own log would say, from the first word on."""
    lines, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonFormatter())
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lines
    root.removeHandler(handler)
    root.setLevel(before)


def test_no_number_handed_in_at_any_door_is_kept_anywhere(
    walk: Walk, log: io.StringIO, settings: Any, mailoutbox: list[Any]
) -> None:
    for door in DOORS:
        door(walk)
    OutboxMessage.objects.update(next_attempt_at="2020-01-01T00:00:00Z")
    send_outbox(limit=1000)
    assert len(mailoutbox) > 5
    mails = {f"mail {n}": f"{mail.subject}\n{mail.body}\n{mail.to}" for n, mail in enumerate(mailoutbox)}
    kept = walk.canary.kept({"log": log.getvalue(), **mails}, settings.HOME)
    print(
        f"{len(walk.canary.planted)} numbers planted in {walk.answers} requests, {walk.canary.places} places searched, {len(kept)} kept"
    )
    assert (walk.surprises, kept) == ([], [])
    assert len(set(walk.canary.planted)) == len(walk.canary.planted) >= 150
    assert walk.canary.places > 300
    assert find_faults() == []


@pytest.mark.parametrize("way", ["a note with {}", "q={}&x=1", '{{"a": "{}"}}'])
def test_the_search_finds_a_number_wherever_and_however_it_stands(
    walk: Walk, way: str, settings: Any
) -> None:
    for _ in range(8):
        written = walk.canary.number()
        assert walk.canary.planted[-1] in digits_of(way.format(written.replace(" ", "%20")))
        (settings.HOME / "told.txt").write_text(way.format(written), encoding="utf-8")
        assert len(walk.canary.kept({}, settings.HOME)) == 1
