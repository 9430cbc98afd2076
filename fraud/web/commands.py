"""Every command that has a key, once: pages take a button's key from here, the help lists them, the palette runs them."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import pgettext_lazy


class Command(NamedTuple):
    """A command: its code, its key, what it does. `is_own`: the script knows it itself; else the button with the key does it.

    `of_case`: it acts on one case: in a list on the one under the cursor or on those selected, never on another one.
    """

    code: str
    key: str
    label: Any
    is_own: bool = False
    of_case: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("next_row", "j", pgettext_lazy("command", "next row"), True),
    Command("previous_row", "k", pgettext_lazy("command", "previous row"), True),
    Command("open", "Enter", pgettext_lazy("command", "open"), True),
    Command("select", "x", pgettext_lazy("command", "select the row"), True),
    Command("take_next", "t", pgettext_lazy("command", "take the next case")),
    Command("take", "a", pgettext_lazy("command", "take the case"), of_case=True),
    Command("ask", "e", pgettext_lazy("command", "ask for an explanation"), of_case=True),
    Command("legitimate", "l", pgettext_lazy("command", "close as legitimate"), of_case=True),
    Command("propose", "r", pgettext_lazy("command", "propose a decision"), of_case=True),
    Command("part", "b", pgettext_lazy("command", "accept the part within the limit"), of_case=True),
    Command("snooze", "s", pgettext_lazy("command", "set aside"), of_case=True),
    Command("assign", "h", pgettext_lazy("command", "assign"), of_case=True),
    Command("next_case", "g", pgettext_lazy("command", "next case of the queue")),
    Command("undo", "u", pgettext_lazy("command", "undo, within ten seconds")),
    Command("preview", "p", pgettext_lazy("command", "preview beside the list")),
    Command("note", "n", pgettext_lazy("command", "write a note; in a list the next page")),
    Command("search", "/", pgettext_lazy("command", "search"), True),
    Command("send", "Ctrl+Enter", pgettext_lazy("command", "send what is written"), True),
    Command("palette", "Ctrl+K", pgettext_lazy("command", "find a command"), True),
    Command("help", "?", pgettext_lazy("command", "this help"), True),
)
_KEYS = {command.code: command.key for command in COMMANDS}


def key_of(code: str) -> str:
    """The key of a command. Raises KeyError for one that is not in the table."""
    return _KEYS[code]


def case_keys() -> str:
    """The keys that act on one case, one after another."""
    return "".join(command.key for command in COMMANDS if command.of_case)
