"""What rules are told of the company they belong to: `fraud`, which knows it, says at the start where to ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rules.language.literals import usual_currency

_asked: dict[str, Callable[[], str]] = {}
_scopes: dict[str, Callable[[], list[str]]] = {}


def ask_currency_of(source: Callable[[], str]) -> None:
    """Let the company's currency be asked of a source, whenever a text is read."""
    _asked["currency"] = source


def company_currency() -> str:
    """The currency that is meant where an amount in a rule's text names none."""
    source = _asked.get("currency")
    return source() if source else usual_currency()


def ask_scopes_of(sources: Mapping[str, Callable[[], list[str]]]) -> None:
    """Let the company's grades, purposes and departments be asked of sources: name of a parameter's scope → its codes."""
    _scopes.update(sources)


def company_scope(name: str) -> list[str]:
    """The codes there are of a scope of parameters (`grade`, `purpose_code`, `department_code`); none where none is known yet."""
    source = _scopes.get(name)
    return source() if source else []
