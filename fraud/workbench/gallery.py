"""The gallery of templates: each with its sentence, its question, what data it needs, and whether this company's claims have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from audit.language import current_language
from fraud.company.values import current_calendar
from fraud.web.beside import Form
from fraud.workbench.frames import Frames, window_frames
from fraud.workbench.kept_answers import keep_answer, kept_answer
from rules.engine import RuleSpec, undelivered
from rules.fields import FIELDS, KEY_LABELS, KEYS
from rules.language import Context, Expression, nodes, parse, to_sentence
from rules.models import Rule, RuleVersion
from rules.services.book import told_version
from rules.services.rule_sets import current_context, list_specs, parameter_specs
from rules.starter import GALLERY, StarterRule
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS


@dataclass(frozen=True)
class Need:
    """A field a template looks at: its label, and the columns of a delivery it is made of."""

    name: str
    label: str
    columns: str


@dataclass(frozen=True)
class DataState:
    """Over the claims of the last 90 days: how many a template hits, how many it could not judge, and for want of which columns."""

    n_claims: int
    n_hits: int
    n_unknown: int
    missing_names: tuple[str, ...]

    @property
    def missing(self) -> tuple[Need, ...]:
        """What was missing, most frequent first, in the reader's language."""
        return tuple(need(name, current_language()) for name in self.missing_names)

    @property
    def percent_unknown(self) -> float:
        """Share of the claims that could not be judged, in percent."""
        return 100 * self.n_unknown / self.n_claims if self.n_claims else 0.0

    @property
    def is_ready(self) -> bool:
        """Whether most claims can be judged."""
        return self.n_claims > 0 and self.percent_unknown < 50


@dataclass(frozen=True)
class Card:
    """One template as the gallery shows it; ``version`` is the company's own rule of that code, if any."""

    template: StarterRule
    sentence: str
    needs: tuple[Need, ...]
    version: RuleVersion | None

    @property
    def words(self) -> str:
        """What a search looks through, in both languages."""
        t = self.template
        said = (t.code, t.name_en, t.name_ko, t.clause_en, t.clause_ko, t.question_en, t.question_ko, t.text)
        return " ".join((*said, self.sentence, *(need.label for need in self.needs))).casefold()


def cards(search: str = "", group: str = "") -> list[Card]:
    """The gallery, by code; every word of ``search`` stands somewhere in what a card says."""
    language = current_language()
    lists, parameters = {**STARTER_LISTS, **list_specs()}, {**STARTER_PARAMETERS, **parameter_specs()}
    own = {rule.code: told_version(rule) for rule in Rule.objects.prefetch_related("versions__rule")}
    found = []
    for template in GALLERY.values():
        if group and template.group != group:
            continue
        tree = parse(template.text)
        sentence = to_sentence(tree, language, lists=lists, parameters=parameters)
        card = Card(template, sentence, needs_of(tree, language), own.get(template.code))
        if all(word in card.words for word in search.casefold().split()):
            found.append(card)
    return found


def needs_of(tree: Expression, language: str) -> tuple[Need, ...]:
    """The fields a rule looks at, those of its windows' keys too, each once."""
    names: dict[str, None] = {}
    for part in nodes.walk(tree):
        if isinstance(part, nodes.FieldRef) and part.name in FIELDS:
            names[part.name] = None
        elif isinstance(part, nodes.Window):
            columns = (column for key in (*part.part, *part.keys) for column in KEYS.get(key, (key,)))
            names |= dict.fromkeys(column for column in columns if column in FIELDS)
    return tuple(need(name, language) for name in names)


def need(name: str, language: str) -> Need:
    """A field in words; keys and the history too."""
    field = FIELDS.get(name)
    if field is not None:
        return Need(name, field.label(language), ", ".join(field.requires))
    labels = {**KEY_LABELS, "history": ("earlier claims to compare with", "비교할 이전 청구")}
    said = labels.get(name.removesuffix("_id"), (name, name))
    return Need(name, said[language == "ko"], "")


def data_states() -> Mapping[str, DataState]:
    """Code → what the claims of the last 90 days let a template judge; kept, in memory and beside the data, until something becomes known."""
    texts = {code: template.text for code, template in GALLERY.items()}
    kept = kept_answer("gallery", texts)
    if kept is not None:
        return _read(kept)
    specs = [RuleSpec(code, 1, parse(text)) for code, text in texts.items()]
    frames = window_frames(specs)
    if frames is None:
        return {}
    found = _judged(frames, specs)
    keep_answer("gallery", texts, _written(found))
    return found


def _written(states: Mapping[str, DataState]) -> dict[str, list[Any]]:
    return {code: [s.n_claims, s.n_hits, s.n_unknown, list(s.missing_names)] for code, s in states.items()}


def _read(told: Mapping[str, Any]) -> Mapping[str, DataState]:
    return {
        code: DataState(n, hits, unknown, tuple(names)) for code, (n, hits, unknown, names) in told.items()
    }


#: How one process of the web server hands them to the others.
STATES_AS_JSON: Form[Mapping[str, DataState]] = Form(_written, _read)


def _judged(frames: Frames, specs: list[RuleSpec]) -> dict[str, DataState]:
    context: Context = current_context(calendar=current_calendar())
    context = replace(
        context,
        lists={**STARTER_LISTS, **context.lists},
        parameters={**STARTER_PARAMETERS, **context.parameters},
        undelivered=undelivered(frames.rows, also_empty=True),
    )
    outcome = frames.evaluate(specs, context)
    n_claims = frames.rows.height
    return {
        spec.code: DataState(
            n_claims,
            int(outcome.hits[:, at].sum()),
            outcome.not_evaluable[at].count,
            outcome.not_evaluable[at].missing[:4],
        )
        for at, spec in enumerate(specs)
    }
