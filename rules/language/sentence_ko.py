"""Korean sentences."""

from __future__ import annotations

from rules.language import nodes as n
from rules.language.functions import FUNCTIONS
from rules.language.korean import particle
from rules.language.text import number_text

_UNITS = {"second": "초", "minute": "분", "hour": "시간", "day": "일", "week": "주", "business day": "영업일"}
_PERIODS = {
    "day": "같은 날",
    "week": "같은 주",
    "month": "같은 달",
    "quarter": "같은 분기",
    "year": "같은 해",
}
_TIMES = {"<": "보다 이름", "<=": " 당일이거나 그 전임", ">": "보다 늦음", ">=": " 당일이거나 그 후임"}
_AGGREGATES = {
    "sum": "합계",
    "mean": "평균",
    "median": "중앙값",
    "min": "최솟값",
    "max": "최댓값",
    "deviation": "표준편차",
}


class Korean:
    """Words, order and particles of Korean."""

    lang = "ko"

    def literal(self, node: n.Literals) -> str:
        """A value as written."""
        match node:
            case n.NumberLiteral():
                return f"{node.value:,f}"
            case n.PercentLiteral():
                return f"{number_text(node.value)}%"
            case n.TextLiteral():
                return f"‘{node.value}’"
            case n.YesNoLiteral():
                return "예" if node.value else "아니요"
            case n.TimeLiteral():
                return node.value.strftime("%H:%M")
            case n.DurationLiteral():
                return f"{number_text(node.amount)}{_UNITS[node.unit]}"
            case n.DateLiteral():
                return node.value.isoformat()
            case _:
                raise TypeError(type(node).__name__)

    def negation(self, inner: str) -> str:
        """A condition denied."""
        return f"({inner})가 아님"

    def junction(self, parts: list[str], is_and: bool) -> str:
        """Conditions joined, each in brackets."""
        return (" 그리고 " if is_and else " 또는 ").join(f"({part})" for part in parts)

    def yes(self, label: str, is_yes: bool) -> str:
        """A yes/no value."""
        return f"{label}: {'예' if is_yes else '아니요'}"

    def comparison(self, op: str, left: str, right: str, is_time: bool) -> str:
        """Two values compared."""
        subject = particle(left, "이")
        if is_time and op in _TIMES:
            return f"{subject} {right}{_TIMES[op]}"
        match op:
            case "=":
                return f"{subject} {particle(right, '과')} 같음"
            case "!=":
                return f"{subject} {particle(right, '과')} 다름"
            case "<":
                return f"{subject} {right} 미만"
            case "<=":
                return f"{subject} {right} 이하"
            case ">":
                return f"{subject} {right} 초과"
            case _:
                return f"{subject} {right} 이상"

    def member(
        self, value: str, collection: n.InlineList | n.ListRef | n.Range, words: list[str], is_in: bool
    ) -> str:
        """A value in a list or range."""
        subject = particle(value, "이")
        if isinstance(collection, n.Range):
            return f"{subject} {words[0]}부터 {words[1]}까지{'임' if is_in else '가 아님'}(양 끝 포함)"
        if isinstance(collection, n.ListRef):
            return f"{subject} 목록 {words[0]}에 {'있음' if is_in else '없음'}"
        return f"{subject} ({', '.join(words)}) 중 하나{'임' if is_in else '가 아님'}"

    def text_match(self, op: str, value: str, words: list[str], kind: str, does: bool) -> str:
        """A text matched."""
        if op == "contains":
            word = f"{', '.join(words)} 중 하나가" if kind == "list" else f"{particle(words[0], '이')}"
            return f"{value}에 {word} 들어 {'있음' if does else '있지 않음'}"
        if op == "starts with":
            return f"{particle(value, '이')} {particle(words[0], '으로')} 시작{'함' if does else '하지 않음'}"
        if op == "similar to":
            word = f"{', '.join(words)} 중 하나와" if kind == "list" else particle(words[0], "과")
            return f"{particle(value, '이')} {word} 비슷{'함' if does else '하지 않음'}"
        shape = "형식" if op == "like" else "정규식"
        return f"{particle(value, '이')} {shape} {words[0]}에 맞{'음' if does else '지 않음'}"

    def missing(self, value: str, is_missing: bool) -> str:
        """A value that is not there."""
        return f"{particle(value, '이')} {'없음' if is_missing else '있음'}"

    def call(self, name: str, arguments: list[str]) -> str:
        """A function."""
        template = FUNCTIONS[name].sentence_ko if name in FUNCTIONS else name + "({0})"
        variadic = name in FUNCTIONS and FUNCTIONS[name].is_variadic
        return template.format(", ".join(arguments)) if variadic else template.format(*arguments)

    def window(
        self,
        node: n.Window,
        value: str,
        keys: list[str],
        part: list[str],
        within: str,
        where: str,
        fraction: str,
    ) -> str:
        """An aggregate over other claims."""
        only = f", ({where})인 청구만" if where else ""
        same = f"같은 {'·'.join(keys)}"
        if node.function == "since_last":
            return f"[{same}의 직전 청구 이후 시간]"
        scope = f"{_time(node, within)} {same}"
        if node.function == "share":
            return f"[{scope}의 {value} 합계 중 같은 {'·'.join(part)}의 비중{_end(node, only)}]"
        if node.function == "count":
            return f"[{scope}의 청구 건수{_end(node, only)}]"
        if node.function == "distinct":
            return f"[{scope} 청구의 서로 다른 {value} 수{_end(node, only)}]"
        if node.function == "change":
            return f"[{scope} 청구의 {value} 합계가 그 직전 {within} 대비 늘어난 비율{_end(node, only)}]"
        what = f"{fraction} 백분위수" if node.function == "percentile" else _AGGREGATES[node.function]
        return f"[{scope} 청구의 {value} {what}{_end(node, only)}]"

    def now(self) -> str:
        """The run's business time."""
        return "실행 기준 시각"


def _time(node: n.Window, within: str) -> str:
    if node.period is not None:
        return f"{_PERIODS[node.period]} 전체" if node.mode == "whole" else _PERIODS[node.period]
    return f"{within} 이내" if within else "지금까지"


def _end(node: n.Window, only: str) -> str:
    own = {"whole": "이후 청구 포함", "before": "이 건 제외", "others": "다른 사용자 청구만"}.get(
        node.mode, "이 건 포함"
    )
    return f"({own}{only})"
