"""Templates whose constant parts are put into words once a language: half of a page's nodes say the same on every page.

A translation of a literal, a drawing, an address without arguments and the text between them depend on nothing but the language; next
to one another they become one node. What a template says stays in the template: this is done when it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import Any, Final, TypeVar

from django.template import Template
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    TextNode,
    Variable,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import IfNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loader_tags import IncludeNode
from django.template.loaders import base, cached
from django.template.smartif import TokenBase
from django.templatetags.i18n import LanguageNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from fraud.web.markup import address

_SAID: Final = "language and prefix of this page"
Tag = TypeVar("Tag", bound=Callable[..., Any])
_constant_tags: Final[set[Callable[..., Any]]] = set()


def constant_tag(tag: Tag) -> Tag:
    """Say of a simple tag that its arguments and the language are all it depends on."""
    _constant_tags.add(tag)
    return tag


class Constant(Node):
    """Nodes next to one another that say the same whenever the language is the same."""

    child_nodelists = ()

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.origin = nodes[0].origin
        self.said: dict[Any, SafeString] = {}

    def render(self, context: Any) -> SafeString:
        page = context.render_context.dicts[0]
        said = page.get(_SAID)
        if said is None:  # asking for it costs more than the text does: once a page is enough
            said = page[_SAID] = get_language(), get_script_prefix()
        key = said, context.autoescape
        text = self.said.get(key)
        if text is None:
            text = self.said[key] = SafeString(
                "".join(str(one.render_annotated(context)) for one in self.nodes)
            )
        return text


class Included(Node):
    """A template that is named outright, put in its place: what `include` does, without looking for the template each time."""

    child_nodelists = ()

    def __init__(self, name: str, given: dict[str, FilterExpression]) -> None:
        self.name, self.given = name, given
        self.template: Any = None

    def render(self, context: Any) -> SafeString:
        template = self.template
        if template is None:
            template = self.template = context.template.engine.get_template(self.name)
        state, around = context.render_context, context.render_context.template
        context.dicts.append({name: value.resolve(context) for name, value in self.given.items()})
        state.dicts.append({})
        state.template = template
        try:
            return SafeString(template._render(context))
        finally:
            state.template = around
            state.dicts.pop()
            context.dicts.pop()


class Looked(Variable):
    """A name with its parts: where each is found by the first way that Django would try with success, the others are not gone through."""

    __slots__ = ()

    def _resolve_lookup(self, context: Any) -> Any:
        found = context
        for part in self.lookups or ():
            try:
                found = found[part] if hasattr(type(found), "__getitem__") else getattr(found, part)
            except Exception:  # Django says what it means: nothing, an item of a list, or that it is raised
                return super()._resolve_lookup(context)  # type: ignore[misc]
            if callable(found):
                return super()._resolve_lookup(context)  # type: ignore[misc]
        return found


class Said(Node):
    """A value in its place: texts, which most are, without asking what else they could be."""

    child_nodelists = ()

    def __init__(self, expression: FilterExpression) -> None:
        self.expression = expression

    def render(self, context: Any) -> str:
        value = self.expression.resolve(context)
        kind = type(value)
        if kind is SafeString or (kind is str and not context.autoescape):
            return value  # type: ignore[no-any-return]
        return escape(value) if kind is str else render_value_in_context(value, context)


class Addressed(Node):
    """An address by the values it is made of, asked for once."""

    child_nodelists = ()

    def __init__(self, name: str, parts: list[FilterExpression]) -> None:
        self.name, self.parts = name, parts

    def render(self, context: Any) -> str:
        made = address(self.name, *(one.resolve(context) for one in self.parts))
        return escape(made) if context.autoescape else made


def fold(template: Template) -> Template:
    """The template with its constant nodes put together."""
    _fold(template.nodelist)
    return template


def _fold(nodes: NodeList) -> None:
    folded: list[Node] = []
    run: list[Node] = []
    for node in nodes:
        if _is_constant(node):
            run.append(node)
            continue
        folded += _together(run)
        run = []
        for inner in _lists_in(node):
            _fold(inner)
        _quicken(vars(node).values())
        folded.append(_put_in(node))
    nodes[:] = folded + _together(run)


def _quicken(values: Iterable[Any]) -> None:
    """Let the names that a node reads be looked up the quick way."""
    for value in values:
        if type(value) is Variable and value.lookups is not None:
            value.__class__ = Looked
        elif isinstance(value, (list, tuple)) and not isinstance(value, NodeList):
            _quicken(value)
        elif isinstance(value, dict):
            _quicken(value.values())
        elif isinstance(value, FilterExpression):
            _quicken((value.var, value.filters))
        elif isinstance(value, TokenBase):
            _quicken(vars(value).values())


def _together(run: list[Node]) -> list[Node]:
    """One node for a run of constant ones; texts alone stay a text."""
    said = [node for node in run if not isinstance(node, LoadNode)]
    if len(said) < 2:
        if len(said) == 1 and not isinstance(said[0], TextNode):
            return [Constant(said)]
        return said
    texts = [node.s for node in said if isinstance(node, TextNode)]
    if len(texts) == len(said):
        text = TextNode("".join(texts))
        text.token, text.origin = said[0].token, said[0].origin
        return [text]
    return [Constant(said)]


def _put_in(node: Node) -> Node:
    """An include of a template by its full name as one that knows its template, a value and an address as quick ones; others as they are."""
    quick: Node | None = None
    if type(node) is VariableNode:
        quick = Said(node.filter_expression)
    elif (
        type(node) is URLNode
        and not (node.kwargs or node.asvar)
        and _is_literal(node.view_name)
        and node.args
    ):
        quick = Addressed(str(node.view_name.var), node.args)
    if quick is not None:
        quick.token, quick.origin = node.token, node.origin
        return quick
    if type(node) is not IncludeNode or node.isolated_context or not _is_literal(node.template):
        return node
    name = str(node.template.var)
    if name.startswith("."):
        return node
    put = Included(name, node.extra_context)
    put.token, put.origin = node.token, node.origin
    return put


def _lists_in(node: Node) -> Iterable[NodeList]:
    if isinstance(node, LanguageNode):  # has another language than the page around it
        return []
    if isinstance(node, IfNode):
        return [inner for _condition, inner in node.conditions_nodelists]
    return [value for value in vars(node).values() if isinstance(value, NodeList)]


def _is_constant(node: Node) -> bool:
    if isinstance(node, (TextNode, LoadNode)):
        return True
    if isinstance(node, TranslateNode):
        context = node.message_context
        return (
            not node.asvar and _is_literal(node.filter_expression) and (not context or _is_literal(context))
        )
    if type(node) is SimpleNode:
        given = [*node.args, *node.kwargs.values()]
        return node.func in _constant_tags and node.target_var is None and all(map(_is_literal, given))
    if isinstance(node, URLNode):
        return not (node.args or node.kwargs or node.asvar) and _is_literal(node.view_name)
    return type(node) is StaticNode and node.varname is None and _is_literal(node.path)


def _is_literal(given: FilterExpression) -> bool:
    var = given.var
    return not given.filters and (
        not isinstance(var, Variable) or (var.lookups is None and var.literal is not None)
    )


class _Folded(base.Loader):
    """Folds a template before anybody else has it."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        return fold(super().get_template(template_name, skip))


class Loader(cached.Loader, _Folded):
    """Django's loader that keeps templates, of folded ones."""
