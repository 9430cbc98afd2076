"""What a spreadsheet gives where a condition holds and where it does not, and its comparisons that count otherwise, as one condition."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

_TEXT = re.compile(r"\"[^\"]*\"|'[^']*'")
_HITS = frozenset(
    [
        "1",
        "true",
        "yes",
        "y",
        "flag",
        "flagged",
        "alert",
        "suspicious",
        "suspect",
        "violation",
        "hit",
        "check",
        "review",
        "fraud",
        "의심",
        "위반",
        "초과",
        "경고",
        "확인",
        "점검",
        "검토",
        "적발",
        "해당",
        "예",
    ]
)
_MISSES = frozenset(
    ["", "0", "false", "no", "n", "ok", "okay", "normal", "pass", "passed", "fine", "good", "-", "정상", "적정", "통과", "양호", "이하", "아니요", "아니오", "미해당", "해당 없음", "해당없음", "없음"]
)  # fmt: skip
_FLIPPED = {"=": "<>", "<>": "=", "!=": "=", ">": "<=", ">=": "<", "<": ">=", "<=": ">"}
_COMPARISON = re.compile(r"([\w.]+(?:\([\w., ]*\))?)\s*(<>|!=|>=|<=|=|<|>)\s*([\w.,\"]+(?: [A-Z]{3})?)")


def is_constant(branch: str) -> bool:
    """Whether a branch gives a value of its own: a text, a number, true or false, nothing."""
    plain = branch.strip()
    return _TEXT.fullmatch(plain) is not None or plain.lower() in {"", "true", "false"} or plain.isdigit()


def negated(condition: str) -> str:
    """The condition the other way round: a comparison with its sign turned, ``not`` before anything else."""
    plain = condition.strip()
    match = _COMPARISON.fullmatch(plain)
    if match is not None:
        return f"{match[1]} {_FLIPPED[match[2]]} {match[3]}"
    return f"not {plain}" if re.fullmatch(r"[\w.]+", plain) else f"not ({plain})"


def chosen(condition: str, branches: Sequence[str]) -> str | None:
    """``IF(condition; then; else)`` as one condition; None where nobody can tell which branch is the one to look at."""
    if not branches:
        return condition
    then = _outcome(branches[0])
    other = _outcome(branches[1]) if len(branches) > 1 else False
    if then is None and other is None:
        return None
    if then is None and isinstance(other, bool):
        then = not other
    if other is None and isinstance(then, bool):
        other = not then
    if then is None or other is None or then is other:
        return None
    return _joined(condition, then, other)


def _outcome(branch: str) -> bool | str | None:
    """Whether a branch calls for a look; the condition it asks itself; None where its text says neither."""
    plain = branch.strip()
    if not is_constant(plain):
        return plain
    word = plain.strip("\"'").strip().lower()
    return True if word in _HITS else False if word in _MISSES else None


def _joined(condition: str, then: bool | str, other: bool | str) -> str:
    against = _in(negated(condition))
    if isinstance(then, bool) and isinstance(other, bool):
        return condition if then else negated(condition)
    if isinstance(other, str) and isinstance(then, str):
        return f"({_in(condition)} and {_in(then)}) or ({against} and {_in(other)})"
    if isinstance(other, str):
        return f"{_in(condition)} or {_in(other)}" if then else f"{against} and {_in(other)}"
    return f"{against} or {_in(str(then))}" if other else f"{_in(condition)} and {_in(str(then))}"


def _in(condition: str) -> str:
    return f"({condition})" if re.search(r" (?:and|or) ", condition) else condition


def _remainder(arguments: Sequence[str], sign: str, number: str) -> str | None:
    """``MOD(amount; 10000) = 0`` → a multiple; any other remainder has no name here."""
    if len(arguments) != 2 or int(number) or sign not in {"=", "<>", ">"}:
        return None
    call = f"is_multiple({arguments[0]}, {arguments[1]})"
    return call if sign == "=" else f"not {call}"


_HOLDS: Mapping[str, Callable[[int, int], bool]] = {
    "=": int.__eq__, "<>": int.__ne__, ">": int.__gt__, ">=": int.__ge__, "<": int.__lt__, "<=": int.__le__,
}  # fmt: skip


def _weekday(arguments: Sequence[str], sign: str, number: str) -> str | None:
    """``WEEKDAY(day)`` counts from Sunday, ``WEEKDAY(day; 2)`` from Monday as the language does; None for other ways of counting."""
    kind = arguments[1] if len(arguments) > 1 else "1"
    if not arguments or len(arguments) > 2 or kind not in {"1", "2"}:
        return None
    ours = {day: (day + 5) % 7 + 1 if kind == "1" else day for day in range(1, 8)}
    days = sorted(ours[day] for day in ours if _HOLDS[sign](day, int(number)))
    call = f"weekday({arguments[0]})"
    if not days or len(days) == 7:
        return None
    if len(days) == 1:
        return f"{call} = {days[0]}"
    if len(days) == 6:
        return f"{call} != {next(day for day in range(1, 8) if day not in days)}"
    return f"{call} in ({', '.join(map(str, days))})"


#: Functions of which only a comparison has a meaning here.
COMPARED: Mapping[str, Callable[[Sequence[str], str, str], str | None]] = {
    "MOD": _remainder,
    "WEEKDAY": _weekday,
}
