"""Text → tree. lark decides the form; nothing here runs, looks up or evaluates anything."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from lark import Lark, Token, UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError

from audit.redaction import find_struck
from rules.language.accepting import accepted
from rules.language.build import Builder
from rules.language.nodes import (
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_NODES,
    MAX_TEXT,
    Call,
    Expression,
    InlineList,
    NumberLiteral,
    Position,
    children,
    measure,
    walk,
)
from rules.language.problems import RuleNotValid, refuse
from rules.language.tokens import KEYWORDS, expected_words, sign_hint

# Texts, comments, brackets and words: enough to count how deep the brackets go before anything is parsed.
_NUMBER_AT = re.compile(r"-?\s*([0-9]{1,3}(?:,[0-9]{3})+)")
_OUTLINE = re.compile(r'"(?:[^"\n]|"")*"|\'(?:[^\'\n]|\'\')*\'|#[^\n]*|[()]|[A-Za-z_]\w*')


@cache
def _parser() -> Lark:
    grammar = files("rules.language").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", transformer=Builder(), maybe_placeholders=True)


def parse(text: str) -> Expression:
    """The tree of a rule's text.

    Raises RuleNotValid for anything that is not a rule: too long (2,000 characters), too deep (20 levels), too big (200 parts), or not
    of the language's form. Names and types are judged by ``check``.
    """
    _refuse_outline(text)
    try:
        tree = _parser().parse(text)
    except VisitError as error:
        if isinstance(error.orig_exc, RuleNotValid):
            raise error.orig_exc from None
        raise
    except UnexpectedInput as error:
        raise _refusal(error, text) from None
    assert not isinstance(tree, Token)
    limit(tree)  # type: ignore[arg-type]
    _refuse_commas(tree, text)  # type: ignore[arg-type]
    return tree  # type: ignore[return-value]


def limit(tree: Expression) -> None:
    """Raises RuleNotValid when the tree is deeper or bigger than a rule may be; never recurses itself."""
    n_nodes, depth = measure(tree)
    if depth > MAX_DEPTH:
        raise refuse(tree.position, "too_deep", limit=MAX_DEPTH)
    for node in walk(tree):
        if isinstance(node, InlineList) and len(node.items) > MAX_ITEMS:
            raise refuse(node.position, "too_many_items", limit=MAX_ITEMS)
    if n_nodes > MAX_NODES:
        raise refuse(tree.position, "too_many_nodes", limit=MAX_NODES)


def _refuse_outline(text: str) -> None:
    """Length, emptiness, control characters and bracket depth, before the parser sees the text."""
    if len(text) > MAX_TEXT:
        raise refuse(Position(), "too_long", length=len(text), limit=MAX_TEXT)
    for offset, character in enumerate(text):
        if (ord(character) < 32 and character not in "\t\n\r\f") or ord(character) in range(0x7F, 0xA0):
            raise refuse(_place(text, offset), "control_character")
    for hit in find_struck(text):
        place = _place(text, hit.start)
        raise refuse(Position(place.line, place.column, hit.end - hit.start), hit.kind)
    depth = 0
    for match in _OUTLINE.finditer(text):
        word = match.group()
        depth += {"(": 1, ")": -1}.get(word, 0)
        if word != word.lower() and word.lower() in KEYWORDS:
            raise refuse(_place(text, match.start()), "capital_keyword", word=word, small=word.lower())
        if depth > MAX_DEPTH:
            raise refuse(_place(text, match.start()), "too_deep", limit=MAX_DEPTH)
    if not re.sub(r"#[^\n]*", "", text).strip():
        raise refuse(Position(), "empty")


def _refuse_commas(tree: Expression, text: str) -> None:
    """``max(100,200)`` is one number to the parser and two to the eye: refused among list values and arguments."""
    lines = text.split("\n")
    for node in walk(tree):
        if not isinstance(node, InlineList | Call):
            continue
        for child in children(node):
            written = _NUMBER_AT.match(lines[child.position.line - 1], child.position.column - 1)
            if isinstance(child, NumberLiteral) and written is not None:
                several, one = written[1].replace(",", ", "), written[1].replace(",", "")
                raise refuse(child.position, "ambiguous_comma", found=written[1], several=several, one=one)


def _place(text: str, offset: int) -> Position:
    before = text[:offset]
    return Position(before.count("\n") + 1, offset - before.rfind("\n"))


def _refusal(error: UnexpectedInput, text: str) -> RuleNotValid:
    """The parser's complaint as one of our problems."""
    if isinstance(error, UnexpectedCharacters):
        place = Position(error.line, error.column)
        character = text[error.pos_in_stream] if error.pos_in_stream is not None else ""
        if character in "\"'":
            return refuse(place, "open_text")
        hint_en, hint_ko = sign_hint(character)
        return refuse(place, "sign", found=character, hint_en=hint_en, hint_ko=hint_ko)
    assert isinstance(error, UnexpectedToken)  # all that an LALR parser raises besides
    token = error.token
    words_en, words_ko = expected_words(accepted(error))
    if token.type == "$END":
        return refuse(_end(text), "unexpected_end", expected_en=words_en, expected_ko=words_ko)
    place = Position(token.line or 1, token.column or 1)
    word = str(token)
    if (
        token.type in {"TIMES", "LIST"}
        and text[(token.start_pos or 0) - 1 : (token.start_pos or 0) + 1] == "**"
    ):
        hint_en, hint_ko = sign_hint("**")
        return refuse(place, "sign", found="**", hint_en=hint_en, hint_ko=hint_ko)
    return refuse(place, "unexpected", found=word, expected_en=words_en, expected_ko=words_ko)


def _end(text: str) -> Position:
    return _place(text, len(text.rstrip()))
