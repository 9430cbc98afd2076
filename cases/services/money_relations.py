"""Which case of a line speaks of which payment: the ways payments took through reopenings, merges and splits. No amounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from cases.services.money_rows import HeldClaim
from cases.workflow import State

Key = tuple[datetime, int]


def in_lines(held: Iterable[HeldClaim]) -> set[int]:
    """The cases that hold a payment which a reopened case was on: those for which `standings_of` has more to say than `held_elsewhere`."""
    rows = list(held)
    claims = {row.claim_id for row in rows if row.reopened_from is not None}
    return (
        {row.case_id for row in rows if row.claim_id in claims and row.left_at is None} if claims else set()
    )


class LineRelations:
    """Of connected cases: which are earlier ones of a line, on which payments, and whose decision holds there now.

        prior       case → earlier case of its line → the payments both were on
        superseded  case → the payments on which a later case of its line has decided
        governing   case → earlier case → the payments on which its decision holds now, in the place of the earlier one's
        awaited     earlier case → the open cases that are to decide anew on payments of it

    `decided`: case → when it was decided, and its number; of two that are not decided neither has money.
    """

    def __init__(self, held: Collection[HeldClaim], decided: Mapping[int, Key]) -> None:
        self._decided = decided
        self.prior: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        self.superseded: dict[int, set[int]] = defaultdict(set)
        self.awaited: dict[int, set[int]] = defaultdict(set)
        self._relate(held)
        self.governing = self._governing()

    def _relate(self, held: Collection[HeldClaim]) -> None:
        by_claim: dict[int, dict[int, HeldClaim]] = defaultdict(dict)
        for row in held:
            by_claim[row.claim_id][row.case_id] = row
        for claim_id, rows in by_claim.items():
            if any(row.reopened_from in rows for row in rows.values()):
                self._relate_on(claim_id, rows)

    def _relate_on(self, claim_id: int, rows: Mapping[int, HeldClaim]) -> None:
        known = [pk for pk, row in rows.items() if row.is_known]
        reopened = {pk: _reopened_behind(pk, rows) for pk in known}
        for pk in known:
            for earlier in known:
                is_line = earlier in reopened[pk] or (
                    pk not in reopened[earlier] and reopened[pk] & reopened[earlier]
                )
                if pk == earlier or not is_line or not self._is_later(pk, earlier):
                    continue
                self.prior[pk][earlier].add(claim_id)
                if pk in self._decided:
                    self.superseded[earlier].add(claim_id)
                elif rows[pk].case_state != State.CLOSED:
                    self.awaited[earlier].add(pk)

    def _is_later(self, pk: int, earlier: int) -> bool:
        """Whether the first decides, or decided, after the second; of two that are not decided neither has money."""
        if earlier not in self._decided:
            return False
        return pk not in self._decided or self._decided[pk] > self._decided[earlier]

    def _governing(self) -> dict[int, dict[int, set[int]]]:
        """Case → earlier case of its line → the payments on which its decision holds now, in the place of the earlier one's."""
        found: dict[int, dict[int, set[int]]] = defaultdict(dict)
        for pk in self._decided:
            for earlier, claims in self.prior.get(pk, {}).items():
                if now := claims - self.superseded.get(pk, set()):
                    found[pk][earlier] = now
        return found


def _reopened_behind(case_id: int, rows: Mapping[int, HeldClaim]) -> set[int]:
    """The reopened cases that a payment has come from to this case: backwards through merges, splits and reopenings."""
    merged = defaultdict(list)
    for row in rows.values():
        if row.merged_into is not None:
            merged[row.merged_into].append(row.case_id)
    found: set[int] = set()
    seen, waiting = {case_id}, [case_id]
    while waiting:
        row = rows[waiting.pop()]
        before = row.reopened_from
        if before is not None and before in rows and rows[before].is_known:
            found.add(before)
        behind = (before, row.split_from, row.came_from, *merged[row.case_id])
        further = {pk for pk in behind if pk is not None and pk in rows} - seen
        waiting += further
        seen |= further
    return found - {case_id}
