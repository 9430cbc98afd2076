"""Warnings about a rule that is one, but can never hit, always hits, or has a part that can never or always hold.

Nothing is refused: lists and parameters change, and a rule may wait for them. What is told is certain for today's.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from itertools import combinations

from rules.language import nodes as n
from rules.language.certain.branches import Atom, Branch, TooMany, branches_of
from rules.language.certain.choices import Words, is_unlike
from rules.language.certain.days import is_no_day
from rules.language.certain.derived import is_otherwise_reckoned
from rules.language.certain.domains import SHAPES, domain_of
from rules.language.certain.facts import Fact, Facts, Reader, meet
from rules.language.certain.order import Orders
from rules.language.certain.own import why_never_beside, why_no_head, why_no_payment
from rules.language.certain.relations import Ratio
from rules.language.certain.spans import Numbers
from rules.language.certain.stepped import has_no_such_step
from rules.language.certain.unknown import BY_ZERO, asked_inside, is_by_zero
from rules.language.nodes import Expression, Position
from rules.language.problems import Problem, problem
from rules.language.specs import ParameterSpec, ValueListSpec
from rules.language.text import to_text


def tell(
    tree: Expression, *, lists: Mapping[str, ValueListSpec], parameters: Mapping[str, ParameterSpec]
) -> tuple[Problem, ...]:
    """Warnings about a checked rule, the one about the whole first; none where nothing is certain."""
    reader = Reader(lists, parameters)
    try:
        ways, others = branches_of(tree), branches_of(tree, holds=False)
    except TooMany:
        return ()
    inside = _once(_inside(tree, reader))
    conflicts = [_unknown(branch, reader) or _conflict(branch, reader) for branch in ways]
    found = [told for told in conflicts if told is not None]
    if len(found) == len(ways):
        return (problem(Position(), "never_hits"), *_once(found), *inside)
    if all(_conflict(branch, reader) is not None for branch in others):
        return (problem(Position(), "always_hits"), *inside)
    return (*_once(found), *_once(_always(ways, reader)), *_once(_of_own(ways, reader)), *inside)


def _inside(tree: Expression, reader: Reader) -> Iterable[Problem]:
    """Windows that are always empty, for what they ask of the claims in them can never hold."""
    for window in asked_inside(tree):
        assert window.where is not None
        try:
            ways = branches_of(window.where)
        except TooMany:
            continue
        told = [_unknown(branch, reader) or _conflict(branch, reader) for branch in ways]
        if told[:1] != [None] and all(told):
            first = told[0]
            inner = ("", "") if first is None else (first.message_en, first.message_ko)
            yield problem(
                window.position, "never_inside", text=to_text(window), inner_en=inner[0], inner_ko=inner[1]
            )


def _unknown(branch: Branch, reader: Reader) -> Problem | None:
    """A condition of a branch that is unknown for every claim, held or denied; None where there is none."""
    for atom in branch:
        if is_by_zero(atom.node, reader.bounds):
            text = to_text(atom.written)
            return problem(atom.node.position, "never_holds", text=text, why_en=BY_ZERO[0], why_ko=BY_ZERO[1])
    return None


def _of_own(ways: list[Branch], reader: Reader) -> Iterable[Problem]:
    """Conditions that hold for no payment, or for every one, for their windows hold the payment itself."""
    for branch in ways:
        beside = why_never_beside(branch, reader.facts_of)
        if beside is not None:
            place, (english, korean) = beside
            text = to_text(place.written)
            yield problem(place.node.position, "no_payment", text=text, why_en=english, why_ko=korean)
    for atom in dict.fromkeys(atom for branch in ways for atom in branch):
        for code, asked in (("no_payment", atom), ("every_payment", Atom(atom.node, not atom.holds))):
            head = why_no_head(asked)
            if head is not None:
                written = to_text(atom.written)
                yield problem(
                    atom.node.position, f"{code}_head", text=written, why_en=head[0], why_ko=head[1]
                )
            why = why_no_payment(asked)
            if why is not None:
                written = to_text(atom.written)
                yield problem(atom.node.position, code, text=written, why_en=why[0], why_ko=why[1])


def _once(problems: Iterable[Problem]) -> list[Problem]:
    return list({told.message_en: told for told in problems}.values())


def _always(ways: list[Branch], reader: Reader) -> Iterable[Problem]:
    """Plain conditions that hold whatever the claim is."""
    for atom in dict.fromkeys(atom for branch in ways for atom in branch):
        against = Atom(atom.node, not atom.holds)
        why = _why_never(against, reader.facts_of(against), reader)
        if why is not None:
            yield problem(
                atom.node.position, "always_holds", text=to_text(atom.written), why_en=why[0], why_ko=why[1]
            )


def _conflict(branch: Branch, reader: Reader) -> Problem | None:
    """Why the conditions of a branch cannot hold together; None where they can."""
    told = [(atom, reader.facts_of(atom)) for atom in branch]
    for atom, facts in told:
        why = _why_never(atom, facts, reader)
        if why is not None:
            text = to_text(atom.written)
            return problem(atom.node.position, "never_holds", text=text, why_en=why[0], why_ko=why[1])
    held: dict[Hashable, Fact] = {}
    for place, (atom, facts) in enumerate(told):
        for subject, fact in facts.items():
            before = held.get(subject)
            held[subject] = _bounded(subject, fact if before is None else meet(before, fact), reader)
            if held[subject].is_empty:
                other = _partner(told[:place], subject, fact, reader) or told[0][0]
                return _together(other, atom)
    atoms = [atom for atom, _ in told]
    return _of_all(atoms, reader) if _are_impossible(atoms, held, reader) else None


def _together(one: Atom, other: Atom) -> Problem:
    texts = {"text": to_text(one.written), "other": to_text(other.written)}
    return problem(other.node.position, "never_together", **texts)


def _of_all(atoms: list[Atom], reader: Reader) -> Problem:
    """Of conditions that cannot all hold: two that are enough, else the last beside the others."""
    for one, other in combinations(atoms, 2):
        held: dict[Hashable, Fact] = {}
        for atom in (one, other):
            for subject, fact in reader.facts_of(atom).items():
                held[subject] = meet(held[subject], fact) if subject in held else fact
        if _are_impossible([one, other], held, reader):
            return _together(one, other)
    return problem(atoms[-1].node.position, "never_beside", text=to_text(atoms[-1].written))


def _are_impossible(atoms: list[Atom], held: Facts, reader: Reader) -> bool:
    return (
        Orders(reader.type_of, reader.bounds).are_impossible(atoms, held)
        or is_no_day(held)
        or is_otherwise_reckoned(held, reader.bounds)
        or has_no_such_step(held, reader.bounds)
        or is_unlike(held)
    )


def _partner(earlier: list[tuple[Atom, Facts]], subject: Hashable, fact: Fact, reader: Reader) -> Atom | None:
    """The condition that by itself already stands against the fact, else the last that speaks of the same."""
    about = [(atom, facts[subject]) for atom, facts in earlier if subject in facts]
    for atom, before in about:
        if _bounded(subject, meet(before, fact), reader).is_empty:
            return atom
    return about[-1][0] if about else None


def _bounded(subject: Hashable, fact: Fact, reader: Reader) -> Fact:
    """A fact within what its subject can be at all."""
    if isinstance(fact, Numbers) and isinstance(subject, n.FieldRef | n.Call | n.Window):
        domain = domain_of(subject, reader.type_of(subject))
        return fact if domain is None else fact.meet(domain.numbers)
    return fact


def _why_never(atom: Atom, facts: Facts, reader: Reader) -> tuple[str, str] | None:
    """(English, Korean) why a condition can never hold by itself; None where it can."""
    for subject, fact in facts.items():
        if isinstance(fact, Ratio) and fact.is_empty:
            return _OF_ITSELF
        if fact.is_empty:
            return _why_empty(atom)
        if isinstance(fact, Numbers) and _bounded(subject, fact, reader).is_empty:
            assert isinstance(subject, n.FieldRef | n.Call | n.Window)
            domain = domain_of(subject, reader.type_of(subject))
            assert domain is not None
            return domain.said_en, domain.said_ko
        if isinstance(fact, Words) and fact.allowed and not any(text.strip() for text in fact.allowed):
            return _BLANK
        if isinstance(fact, Words) and fact.allowed and isinstance(subject, n.FieldRef):
            shape = SHAPES.get(subject.name)
            if shape is not None and not any(shape.fits(text) for text in fact.allowed):
                return shape.said_en, shape.said_ko
    return _OTHER_ORDER if _are_impossible([atom], facts, reader) else None


_OTHER_ORDER = (
    "by what they are its two sides always stand in another order",
    "두 값의 성질상 크기 순서가 늘 반대입니다",
)
_OF_ITSELF = ("it is compared with a share of itself", "같은 값의 일부와 비교합니다")
_BLANK = (
    "an empty text counts as missing, so write is missing",
    "빈 글자는 값 없음으로 보므로 is missing으로 쓰세요",
)


def _why_empty(atom: Atom) -> tuple[str, str]:
    node = atom.node
    listed = (
        node.collection
        if isinstance(node, n.Membership)
        else node.pattern
        if isinstance(node, n.TextMatch)
        else None
    )
    if isinstance(listed, n.ListRef):
        name = listed.name
        return f"the list @{name} has no entry", f"@{name} 목록에 값이 없습니다"
    if isinstance(node, n.Comparison):
        return "both sides are the same", "양쪽이 같습니다"
    return "it leaves no value", "남는 값이 없습니다"
