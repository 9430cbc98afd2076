"""The chain as pure functions: any alteration, removal, swap or cut is found at the first bad entry (ASVS 5: 16.4.2)."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.chain import GENESIS, SEALED, entry_hash, first_fault
from tests.draws import draws

FIELDS = ("action", "actor", "actor_role", "reason", "request_id", "at")


def make_chain(length: int, subject: str = "case:C-1") -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    previous = GENESIS
    for seq in range(1, length + 1):
        entry = {
            "subject": subject,
            "seq": seq,
            "action": "case.opened",
            "actor": f"user{seq}",
            "actor_role": "reviewer",
            "reason": "",
            "before": {"n": seq},
            "after": None,
            "request_id": "",
            "at": f"2026-01-01T00:00:{seq:02}",
            "previous_hash": previous,
        }
        previous = entry_hash(entry)
        entries.append({**entry, "hash": previous})
    return entries


def test_whole_chain_has_no_fault():
    chain = make_chain(5)
    assert first_fault("case:C-1", chain, (5, chain[-1]["hash"])) is None


@settings(max_examples=draws(60), deadline=None)
@given(length=st.integers(1, 12), data=st.data())
def test_altered_entry_is_named(length, data):
    chain = make_chain(length)
    at = data.draw(st.integers(0, length - 1))
    field = data.draw(st.sampled_from(FIELDS))
    chain[at] = {**chain[at], field: chain[at][field] + "x"}
    fault = first_fault("case:C-1", chain)
    assert fault is not None
    assert (fault.seq, fault.code) == (at + 1, "hash")


@settings(max_examples=draws(60), deadline=None)
@given(length=st.integers(2, 12), data=st.data())
def test_removed_entry_is_named(length, data):
    chain = make_chain(length)
    head = (length, chain[-1]["hash"])
    at = data.draw(st.integers(0, length - 1))
    del chain[at]
    fault = first_fault("case:C-1", chain, head)
    assert fault is not None
    assert fault.seq == at + 1
    assert fault.code == ("cut" if at == length - 1 else "gap")


@settings(max_examples=draws(40), deadline=None)
@given(length=st.integers(2, 10), data=st.data())
def test_swapped_contents_are_named(length, data):
    chain = make_chain(length)
    i = data.draw(st.integers(0, length - 2))
    first, second = chain[i], chain[i + 1]
    chain[i], chain[i + 1] = {**second, "seq": first["seq"]}, {**first, "seq": second["seq"]}
    fault = first_fault("case:C-1", chain)
    assert fault is not None
    assert fault.seq == i + 1


def test_rewritten_tail_differs_from_the_exported_head():
    chain = make_chain(4)
    head = (4, chain[-1]["hash"])
    forged = {**chain[3], "actor": "somebody else"}
    forged["hash"] = entry_hash(forged)
    fault = first_fault("case:C-1", [*chain[:3], forged], head)
    assert fault is not None
    assert fault.code == "hash"


def test_only_an_entry_that_is_sealed_where_sealing_is_allowed_is_held_by_its_place_alone():
    chain = make_chain(3)
    chain[1] = {**chain[1], "reason": "altered", SEALED: True}
    head = (3, chain[-1]["hash"])
    assert first_fault("case:C-1", chain, head, may_be_sealed=True) is None
    refused = first_fault("case:C-1", chain, head)
    assert refused is not None
    assert (refused.seq, refused.code) == (2, "hash"), "nobody seals where all must be told"


def test_an_altered_entry_beside_sealed_ones_is_found():
    chain = make_chain(3)
    chain[1] = {**chain[1], "reason": "altered"}
    found = first_fault("case:C-1", chain, may_be_sealed=True)
    assert found is not None
    assert (found.seq, found.code) == (2, "hash")


def test_a_chain_that_never_began_fits_a_head_that_knows_of_nothing():
    assert first_fault("case:C-1", [], (0, GENESIS)) is None
