"""English sentences."""

from __future__ import annotations

from rules.language import nodes as n
from rules.language.functions import FUNCTIONS
from rules.language.text import duration_text, number_text

_COMPARISONS = {
    "=": "equals",
    "!=": "differs from",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
_TIMES = {"<": "is before", "<=": "is on or before", ">": "is after", ">=": "is on or after"}
_TEXT = {
    "contains": ("contains", "does not contain"),
    "starts with": ("starts with", "does not start with"),
    "like": ("has the form", "does not have the form"),
    "matches": ("fits the pattern", "does not fit the pattern"),
    "similar to": ("resembles", "does not resemble"),
}
_AGGREGATES = {
    "sum": "sum",
    "mean": "mean",
    "median": "median",
    "min": "smallest",
    "max": "highest",
    "deviation": "standard deviation",
}


class English:
    """Words and order of English."""

    lang = "en"

    def literal(self, node: n.Literals) -> str:
        """A value as written."""
        match node:
            case n.NumberLiteral():
                return f"{node.value:,f}"
            case n.PercentLiteral():
                return f"{number_text(node.value)}%"
            case n.TextLiteral():
                return f"“{node.value}”"
            case n.YesNoLiteral():
                return "yes" if node.value else "no"
            case n.TimeLiteral():
                return node.value.strftime("%H:%M")
            case n.DurationLiteral():
                return duration_text(node)
            case n.DateLiteral():
                return node.value.isoformat()
            case _:
                raise TypeError(type(node).__name__)

    def negation(self, inner: str) -> str:
        """A condition denied."""
        return f"not ({inner})"

    def junction(self, parts: list[str], is_and: bool) -> str:
        """Conditions joined, each in brackets."""
        return (" and " if is_and else " or ").join(f"({part})" for part in parts)

    def yes(self, label: str, is_yes: bool) -> str:
        """A yes/no value."""
        return f"{label}: {'yes' if is_yes else 'no'}"

    def comparison(self, op: str, left: str, right: str, is_time: bool) -> str:
        """Two values compared."""
        verb = _TIMES.get(op, _COMPARISONS[op]) if is_time else _COMPARISONS[op]
        return f"{left} {verb} {right}"

    def member(
        self, value: str, collection: n.InlineList | n.ListRef | n.Range, words: list[str], is_in: bool
    ) -> str:
        """A value in a list or range."""
        verb = "is" if is_in else "is not"
        if isinstance(collection, n.Range):
            return f"{value} {verb} from {words[0]} to {words[1]} (both included)"
        if isinstance(collection, n.ListRef):
            return f"{value} {verb} in the list {words[0]}"
        return f"{value} {verb} one of ({', '.join(words)})"

    def text_match(self, op: str, value: str, words: list[str], kind: str, does: bool) -> str:
        """A text matched."""
        verb = _TEXT[op][0 if does else 1]
        if kind == "list":
            return f"{value} {verb} any of {', '.join(words)}"
        return f"{value} {verb} {words[0]}"

    def missing(self, value: str, is_missing: bool) -> str:
        """A value that is not there."""
        return f"{value} is missing" if is_missing else f"{value} is known"

    def call(self, name: str, arguments: list[str]) -> str:
        """A function."""
        template = FUNCTIONS[name].sentence_en if name in FUNCTIONS else name + " of {0}"
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
        time = _time(node, within)
        only = f", counting only claims where ({where})" if where else ""
        same = f"of the same {' and '.join(keys)}"
        if node.function == "since_last":
            return f"[time since the previous claim {same}]"
        if node.function == "share":
            return f"[share of the same {' and '.join(part)} in the {value} {same} {time}{only}]"
        if node.function == "count":
            return f"[number of claims {same} {time}{only}]"
        if node.function == "distinct":
            return f"[number of different values of {value} among claims {same} {time}{only}]"
        if node.function == "change":
            return f"[change of the sum of {value} over claims {same} {time} against the {within} before that{only}]"
        what = f"{fraction} percentile" if node.function == "percentile" else _AGGREGATES[node.function]
        return f"[{what} of {value} over claims {same} {time}{only}]"

    def now(self) -> str:
        """The run's business time."""
        return "time of the run"


def _time(node: n.Window, within: str) -> str:
    end = {"before": "before this claim", "others": "before this claim by other cardholders"}.get(
        node.mode, "up to this claim"
    )
    if node.mode == "whole":
        return f"in the whole {node.period}"
    if node.period is not None:
        return (
            f"on the same {node.period} {end}" if node.period == "day" else f"in the same {node.period} {end}"
        )
    return f"within {within} {end}" if within else f"at any time {end}"
