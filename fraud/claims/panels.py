"""What the app above adds to pages down here: further panels of a claim's and a delivery's page, and scores that must stay hidden.

The app above registers plain functions when it starts, so that imports keep running downwards only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from audit.actor import Actor
from fraud.claims.identity import involved_in
from fraud.claims.models import Claim, ClaimFile

ClaimPanel = Callable[[Claim, Actor], str]
FilePanel = Callable[[ClaimFile, Actor], str]
BlindClaims = Callable[[Collection[int]], set[int]]

_claim_panels: list[ClaimPanel] = []
_file_panels: list[FilePanel] = []
_guards: list[BlindClaims] = []


def register_claim_panel(panel: ClaimPanel) -> None:
    """Add a function from (claim, actor) to safe HTML, empty where it has nothing to show."""
    if panel not in _claim_panels:
        _claim_panels.append(panel)


def register_file_panel(panel: FilePanel) -> None:
    """Add a function from (delivery, actor) to safe HTML, empty where it has nothing to show."""
    if panel not in _file_panels:
        _file_panels.append(panel)


def register_blind_claims(guard: BlindClaims) -> None:
    """Add a function from claim ids to those whose score nobody may see yet."""
    if guard not in _guards:
        _guards.append(guard)


def claim_panels(claim: Claim, by: Actor) -> list[str]:
    """The panels to show below a claim, in the order of registration."""
    return [html for html in (panel(claim, by) for panel in _claim_panels) if html]


def file_panels(file: ClaimFile, by: Actor) -> list[str]:
    """The panels to show on a delivery's page, in the order of registration."""
    return [html for html in (panel(file, by) for panel in _file_panels) if html]


def blind_claims(claim_ids: Collection[int]) -> set[int]:
    """Claims whose score nobody may see yet: control samples that are not decided."""
    found: set[int] = set()
    for guard in _guards:
        found |= guard(claim_ids)
    return found


def scores_hidden_from(by: Actor, claim_ids: Collection[int]) -> set[int]:
    """Claims whose score, hits and reasons this reader must not see: nobody's yet, or those they are involved in."""
    return blind_claims(claim_ids) | involved_in(by, claim_ids)
