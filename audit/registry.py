"""Every action code with its sentence in both languages; an unregistered code cannot be recorded."""

from __future__ import annotations

from dataclasses import dataclass

from audit.language import is_korean


class ActionNotRegistered(LookupError):
    """`record` was called with a code that no app registered."""


@dataclass(frozen=True, slots=True)
class AuditAction:
    code: str
    en: str
    ko: str


_ACTIONS: dict[str, AuditAction] = {}


def register(code: str, *, en: str, ko: str) -> AuditAction:
    """Make an action code known. Sentences say what happened, without its subject: "took the case"."""
    action = AuditAction(code, en, ko)
    if _ACTIONS.setdefault(code, action) != action:
        raise ValueError(f"audit action {code!r} is registered twice with different sentences")
    return action


def action_for(code: str) -> AuditAction:
    """The registered action. Raises ActionNotRegistered."""
    try:
        return _ACTIONS[code]
    except KeyError:
        raise ActionNotRegistered(
            f"audit action {code!r} is not registered; add it to audit_events.py"
        ) from None


def sentence(code: str, language: str) -> str:
    """The action's sentence in `ko` or `en`; the code itself where an old code is no longer registered."""
    action = _ACTIONS.get(code)
    return code if action is None else (action.ko if is_korean(language) else action.en)


def registered() -> dict[str, AuditAction]:
    """All actions by code."""
    return dict(_ACTIONS)
