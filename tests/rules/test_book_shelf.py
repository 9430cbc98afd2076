"""Rules of a book that are taken together leave behind what the services leave that take them one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from audit.actor import Actor
from audit.models import AuditEvent, AuditHead
from audit.reading import one_reading
from audit.services import find_faults
from rules.book_text import BookNotValid, write_yaml
from rules.exceptions import ProposalStale
from rules.language.certain.telling import tell
from rules.models import Rule, RuleVersion, ValueChange, ValueList, WordingChange
from rules.services import book_import
from rules.services.book import FORMAT
from rules.services.book_bundle import confirm_book, propose_book, steps_of, try_book
from rules.services.book_import import MOST_ENTRIES, import_book
from rules.services.common import checked, warnings_of
from tests.undone import undone_at_the_end

pytestmark = pytest.mark.django_db
WHY = "rules of the parent company"
ASKED = {"ko": "용도는 무엇인가요?", "en": "What was it for?"}
STATES = ("active", "shadow", "proposed", "draft")


def _rule(code: str, text: str, **more: Any) -> dict[str, Any]:
    usual = {"code": code, "name": {"ko": f"규칙 {code}", "en": f"Rule {code}"}, "question": ASKED}
    return usual | {"clause": {"ko": "§4.1 식대", "en": "§4.1 Meals"}, "text": text} | more


def _book(rules: list[dict[str, Any]], **parts: Any) -> str:
    return write_yaml({"format": FORMAT, **parts, "rules": rules})


def _first(n: int) -> list[dict[str, Any]]:
    return [
        _rule(
            f"Z{at:02d}",
            f"amount > {at + 1}0000 KRW and hour >= {at % 24}",
            state=STATES[at % 4],
            weight=f"{1 + at % 3}",
            always_open="yes" if at % 5 == 0 else "no",
            note=f"from sheet {at}",
        )
        for at in range(n)
    ]


def _mixed() -> str:
    """Sixty entries: groups, lists and parameters, rules that are new, read otherwise, are called otherwise, are the same or are refused."""
    rules = _first(24)
    for one in rules[:6]:
        one["text"] += " and is_weekend"  # a new version of rules that count, are watched, wait or are drafts
    rules[8]["question"] = ASKED | {"en": "What did you buy?"}
    rules[9] |= {"name": {"ko": "다른 이름", "en": "Another name"}, "text": "amount > 7 KRW"}
    examples = [{"hits": "yes", "claim": {"amount": "600"}}, {"hits": "no", "claim": {"amount": "400"}}]
    rules += [
        *(_rule(f"N{at:02d}", f"merchant.mcc in @z_fuel and amount > {at}000 KRW", state=STATES[at % 4]) for at in range(14)),
        _rule("N20", "amount > 500 KRW", state="active", examples=examples),
        _rule("N21", "amount > 500 KRW", state="active", examples=[examples[0] | {"hits": "no"}]),
        _rule("N22", "amount > 5 KRW", state="active", question={}),
        _rule("N23", "amount > 5 KRW", state="draft", question={}),
        _rule("N24", "amount >> 5 KRW", state="draft"),
        _rule("N25", "amount > 5 KRW", weight="11"),
        _rule("N26", "amount > 5 KRW", group="nowhere"),
        _rule("N27", "amount > 5 KRW", group="z_group", told_ahead="yes", state="active"),
        _rule("N28", "count(same merchant within 1 day) > 3", told_ahead="yes", state="active"),
        _rule("n29", "hour > 24 or amount > 5 KRW", state="active"),
        _rule("N30", "amount > 5 KRW", name={"ko": "", "en": "No Korean name"}),
        _rule("N31", "amount > 5 KRW", name={"ko": "번호 4111 1111 1111 1111", "en": "Named by a card"}, state="active"),
        _rule("N 32", "amount > 5 KRW"),
    ]  # fmt: skip
    groups = [
        {"code": f"z_group{at}", "name": {"ko": f"그룹 {at}", "en": f"Group {at}"}} for at in ("", "_b", "_c")
    ]
    words = {"kind": "code", "label": {"ko": "주유", "en": "Fuel"}}
    lists = [{"name": name, **words, "values": ["5541", "5542"]} for name in ("z_fuel", "z_gas", "z_oil")]
    limit = {"kind": "money", "label": {"ko": "한도", "en": "Limit"}}
    dated = [{"value": "100000", "currency": "KRW", "from": "2024-01-01"}]
    parameters = [{"name": name, **limit, "values": dated} for name in ("z_limit", "z_most", "z_least")]
    return _book(rules, groups=groups, lists=lists, parameters=parameters)


#: When something was done, and keys of rows, are not the same in two runs.
_ITS_OWN = {"id", "at", "hash", "previous_hash", "recorded_at", "rule_id", "parameter_id", "value_list_id", "base_version", "created_at",
            "proposed_at", "activated_at", "retired_at", "decided_at", "changed_at"}  # fmt: skip


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _ITS_OWN}


def _company() -> dict[str, Any]:
    """All that is stored of rules, and every chain in its order."""
    versions = RuleVersion.objects.order_by("rule__code", "number").values()
    codes = dict(Rule.objects.values_list("pk", "code"))
    moments = ("proposed_at", "activated_at", "retired_at")
    return {
        "rules": [_plain(row) for row in Rule.objects.order_by("code").values()],
        "versions": [
            (codes[row["rule_id"]], _plain(row), [row[name] is None for name in moments]) for row in versions
        ],
        "words": [_plain(row) for row in WordingChange.objects.order_by("subject", "name").values()],
        "values": sorted(str(_plain(row)) for row in ValueChange.objects.values()),
        "entries": [
            {**_plain(row), "after": {**(row["after"] or {}), "book": None}}
            for row in AuditEvent.objects.order_by("subject", "seq").values()
        ],
        "heads": list(AuditHead.objects.order_by("subject").values_list("subject", "seq")),
    }


@contextmanager
def _nothing_together(*_codes: Any, **_how: Any) -> Iterator[None]:
    with one_reading():
        yield


def _both_ways(monkeypatch: pytest.MonkeyPatch, take: Any) -> tuple[Any, Any]:
    """(together, one by one) of what a company has once `take` is done, and what was told."""
    found = []
    for is_plain in (False, True):
        with undone_at_the_end(), monkeypatch.context() as patched:
            if is_plain:
                patched.setattr(book_import, "open_shelf", _nothing_together)
            told = take()
            assert find_faults() == []
            found.append((told, _company()))
    return found[0], found[1]


def test_a_mixed_book_leaves_the_same_company_as_one_by_one(
    admin: Actor, approver: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm_book(change=propose_book(text=_book(_first(24)), by=admin, reason=WHY), by=approver)

    def propose_and_confirm() -> Any:
        # a card number is refused with the whole book: here it is to be struck out on the way
        monkeypatch.setattr("rules.services.book_bundle.find_struck", lambda _text: False)
        return steps_of(confirm_book(change=propose_book(text=_mixed(), by=admin, reason=WHY), by=approver))

    together, plain = _both_ways(monkeypatch, propose_and_confirm)
    assert together[0] == plain[0]
    for name, rows in together[1].items():
        assert rows == plain[1][name], name
    assert {step.action for step in together[0]} == {"new", "draft", "proposal", "same", "refused"}
    assert len(together[0]) == 60


def test_drafts_and_proposals_one_by_one_are_the_same_too(
    admin: Actor, approver: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm_book(change=propose_book(text=_book(_first(24)), by=admin, reason=WHY), by=approver)
    together, plain = _both_ways(monkeypatch, lambda: import_book(text=_mixed(), by=admin, reason=WHY))
    assert together == plain


def test_fifty_rules_more_take_a_few_statements_more(admin: Actor, approver: Actor) -> None:
    asked = []
    for n in (10, 60):
        text = _book(_first(n))
        with undone_at_the_end():
            change = propose_book(text=text, by=admin, reason=WHY)
            with CaptureQueriesContext(connection) as caught:
                confirm_book(change=change, by=approver)
        asked.append(
            sum("SAVEPOINT" not in one["sql"] for one in caught.captured_queries)  # one round trip, no work
        )
    assert asked[1] - asked[0] <= 5  # a statement holds so many values


def test_a_rule_that_somebody_changes_meanwhile_is_not_written_over(
    admin: Actor, approver: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm_book(change=propose_book(text=_book(_first(4)), by=admin, reason=WHY), by=approver)
    other = _first(4)
    other[0]["text"] = "amount > 3 KRW"
    change = propose_book(text=_book(other), by=admin, reason=WHY)
    told: list[int] = []

    def meanwhile(done: int, _total: int) -> None:
        if done == 3:  # the first was taken, nothing is stored
            told.append(RuleVersion.objects.filter(rule__code="Z00").update(lock_version=7))

    with pytest.raises(ProposalStale), undone_at_the_end():
        confirm_book(change=change, by=approver, tell=meanwhile)
    assert told == [1]


def test_a_version_is_made_before_it_is_proposed(admin: Actor, approver: Actor) -> None:
    confirm_book(change=propose_book(text=_book(_first(4)), by=admin, reason=WHY), by=approver)
    for version in RuleVersion.objects.filter(state="active"):
        assert version.created_at <= version.proposed_at <= version.activated_at
        assert version.rule.created_at <= version.created_at


def test_a_book_warns_of_what_the_editor_warns_of_in_both_languages(admin: Actor) -> None:
    ValueList.objects.create(name="z_none", kind="code", label_ko="빈 목록", label_en="Nothing")
    texts = {
        "W1": "hour > 24",
        "W2": "amount > 1 KRW or amount <= 1 KRW",
        "W3": "merchant.mcc in @z_none and amount > 5 KRW",
        "W4": "amount > 5 KRW",
    }
    text = _book([_rule(code, said, state="active") for code, said in texts.items()])
    change = propose_book(text=text, by=admin, reason=WHY)
    for language in ("ko", "en"):
        with translation.override(language):
            for steps in (try_book(text=text, by=admin), steps_of(change)):
                for step in steps:
                    told = (
                        tell(checked(texts[step.name]), lists={}, parameters={})
                        if step.name != "W3"
                        else None
                    )
                    editor = [one.message(language) for one in warnings_of(texts[step.name])]
                    assert step.warnings == editor
                    assert told is None or editor == [one.message(language) for one in told]
    assert [step.name for step in steps_of(change) if step.warned] == ["W1", "W2", "W3"]


def test_a_book_of_more_rules_than_one_may_have_is_refused_with_what_to_do(admin: Actor) -> None:
    most = MOST_ENTRIES["rules"]
    with pytest.raises(BookNotValid) as caught:
        try_book(text=f"format: {FORMAT}\nrules: [{', '.join(['x'] * (most + 1))}]", by=admin)
    assert f"{most + 1:,}" in caught.value.message("en")
    assert f"{most:,}" in caught.value.message("en")
    assert "split" in caught.value.message("en")
    assert f"{most + 1:,}" in caught.value.message("ko")
