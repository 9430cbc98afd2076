"""Which words the grammar takes next: told by the parser's states alone.

lark tells it too (`UnexpectedToken.accepts`), but tries each word on a copy of the whole parser; a text that is being mended is
refused some forty times, and half of its reading went there.
"""

from __future__ import annotations

from lark.exceptions import UnexpectedToken
from lark.parsers.lalr_analysis import Shift


def accepted(error: UnexpectedToken) -> set[str]:
    """Names of the terminals that could have stood in place of the refused one, `$END` among them; the same as `error.accepts`."""
    state = error.interactive_parser.parser_state
    table, end, stack = state.parse_conf.states, state.parse_conf.end_state, state.state_stack
    return {name for name in table[stack[-1]] if name.isupper() and _is_taken(name, stack, table, end)}


def _is_taken(
    name: str, before: list[int], table: dict[int, dict[str, tuple[object, object]]], end: int
) -> bool:
    """Whether the rules that would close come to a state that takes the terminal."""
    stack = before.copy()
    while True:
        found = table[stack[-1]].get(name)
        if found is None:
            return False
        action, closed = found
        if action is Shift:
            return True
        if n_parts := len(closed.expansion):  # type: ignore[attr-defined]
            del stack[-n_parts:]
        _, after = table[stack[-1]][closed.origin.name]  # type: ignore[attr-defined]
        stack.append(after)  # type: ignore[arg-type]
        if name == "$END" and after == end:
            return True
