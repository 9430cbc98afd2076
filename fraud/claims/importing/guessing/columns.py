"""Which column is which field: by the company's former choices, by name and by content, each with how sure and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.redaction import redact
from fraud.claims.importing.fields import FIELDS, Kind
from fraud.claims.importing.guessing.contents import Content, content_of
from fraud.claims.importing.guessing.grid import Grid
from fraud.claims.importing.guessing.words import known_names, known_phrases, words_of
from fraud.claims.importing.headers import plain
from fraud.claims.importing.txn_words import STANDINGS

#: What a column may be beside a field: the time of day of a field, or kept beside the claim.
TIME_OF = "transacted_at:time"
KEPT = "extra"
_SURE, _LIKELY = 0.85, 0.6
_LEAST = 0.35
_SHOWN = 3
#: Fields of which a wrong column would make another claim of a row; a column this close in certainty is a rival.
_ESSENTIAL = frozenset({"amount", "transacted_at", "merchant_name", "employee_no"})
_CLOSE = 0.15
#: An id that is unique within a month only would replace last month's rows: half a name is not enough for it.
_WHOLE_NAMES = frozenset({"external_id", "version"})
#: What several columns may be; of two that tell the kind of transaction the one that says more than "payment" counts.
_SEVERAL = frozenset({KEPT, "txn_type"})
_LENIENT = frozenset({"brn", "mcc", "card_number"})


@dataclass(frozen=True, slots=True)
class Guess:
    """One column: what it probably is (`field` is empty where nothing takes it), how sure (0 to 1) and why.

    `why` is a code of `guessing.texts` with `params`; `samples` are its first different values.
    """

    header: str
    field: str
    sure: float
    why: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    samples: tuple[str, ...] = ()
    n_filled: int = 0

    @property
    def level(self) -> str:
        """sure, likely or doubtful; none where nothing takes the column."""
        if not self.field:
            return "none"
        return "sure" if self.sure >= _SURE else "likely" if self.sure >= _LIKELY else "doubtful"


@dataclass(frozen=True, slots=True)
class _Candidate:
    column: int
    field: str
    sure: float
    why: str
    params: Mapping[str, Any]


def guess_columns(
    grid: Grid, former: Mapping[str, tuple[str, str]], fixed: Mapping[str, tuple[str, str]]
) -> list[Guess]:
    """A guess for every column, in their order.

    `former`: plain header → (field, profile that mapped it). `fixed`: header → (field, name) of the profile the file fits.
    """
    contents = [content_of(grid.column(i), len(grid.rows), h) for i, h in enumerate(grid.headers)]
    candidates: list[_Candidate] = []
    for index, header in enumerate(grid.headers):
        if not header.strip() or header in grid.doubled:
            continue
        if header in fixed:
            name, profile = fixed[header]
            candidates.append(_Candidate(index, name, 1.0, "profile", {"profile": profile}))
            continue
        candidates += _candidates(index, header, contents[index], former)
    chosen = _assign(candidates, contents)
    guesses = [_guess(grid, index, contents[index], chosen.get(index)) for index in range(len(grid.headers))]
    return _with_rivals(grid, guesses, candidates)


def _with_rivals(grid: Grid, guesses: list[Guess], candidates: Sequence[_Candidate]) -> list[Guess]:
    """Where a free column could as well be an essential field and says something else, neither is sure and both say so."""
    for index, guess in enumerate(guesses):
        if guess.field not in _ESSENTIAL or guess.why in {"profile", "former"}:
            continue
        rivals = [
            one.column
            for one in candidates
            if one.field == guess.field
            and not guesses[one.column].field
            and one.why.startswith("name")
            and one.sure >= guess.sure - _CLOSE
            and _differ(grid, index, one.column)
        ]
        if not rivals:
            continue
        others = ", ".join(dict.fromkeys(f"“{grid.headers[rival].strip()}”" for rival in rivals))
        guesses[index] = dataclasses.replace(
            guess, sure=min(guess.sure, _LIKELY), why="rivals", params={"others": others}
        )
        for rival in rivals:
            guesses[rival] = dataclasses.replace(
                guesses[rival], why="rival", params={"taken": guess.header.strip()}
            )
    return guesses


def _differ(grid: Grid, one: int, other: int) -> bool:
    pairs = [(row[one].strip(), row[other].strip()) for row in grid.rows if max(one, other) < len(row)]
    return any(first and second and first != second for first, second in pairs)


def _guess(grid: Grid, index: int, content: Content, found: _Candidate | None) -> Guess:
    header = grid.headers[index]
    samples = tuple(dict.fromkeys(redact(value.strip())[:60] for value in grid.column(index)))[:_SHOWN]
    if found is not None:
        return Guess(header, found.field, found.sure, found.why, found.params, samples, content.n_filled)
    why = "doubled" if header in grid.doubled else "unnamed" if not header.strip() else "unknown"
    if why == "unknown" and not content.n_filled:
        why = "empty"
    return Guess(header, "", 0.0, why, {}, samples, content.n_filled)


def _candidates(
    index: int, header: str, content: Content, former: Mapping[str, tuple[str, str]]
) -> Iterator[_Candidate]:
    if plain(header) in former:
        name, profile = former[plain(header)]
        yield _Candidate(index, name, 0.97, "former", {"profile": profile})
    if plain(header) in STANDINGS and content.share("txn_ends"):
        # A status is of a report or of a payment; what was declined or cancelled is a payment.
        yield _Candidate(index, "txn_type", 0.88, "name_content", {})
    for name, sure, why in _by_name(header):
        fit = fits(name, content)
        if fit is None:
            yield _Candidate(index, name, sure * 0.96, why, {})
        elif fit >= 0.6:
            yield _Candidate(index, name, sure, f"{why}_content" if fit >= 0.9 else why, {})
        else:
            # Such values are left empty with a note; values of other fields would cost the row.
            yield _Candidate(index, name, sure * (0.45 if name in _LENIENT else 0.3), "name_only", {})
    yield from _by_content(index, header, content)


def _by_name(header: str) -> Iterator[tuple[str, float, str]]:
    """Fields a header could name: exactly, by a name it ends or begins with, or by one it contains."""
    names, key = known_names(), plain(header)
    if not key:
        return
    if key in names:
        yield names[key], 0.9, "name"
        return
    if any(word in {"time", "시간", "시각"} for word in words_of(header)) or key.endswith(("시간", "시각")):
        yield TIME_OF, 0.8, "name"
        return
    for phrase, name in known_phrases():
        if (
            len(phrase) >= (2 if not phrase.isascii() else 4)
            and (key.startswith(phrase) or key.endswith(phrase))
            and name not in _WHOLE_NAMES
        ):
            yield name, 0.55 + 0.3 * len(phrase) / len(key), "name_part"
            return
    for phrase, name in known_phrases():
        if len(phrase) >= (2 if not phrase.isascii() else 5) and phrase in key and name not in _WHOLE_NAMES:
            yield name, 0.45 + 0.2 * len(phrase) / len(key), "name_part"
            return


def fits(name: str, content: Content) -> float | None:
    """How well the values of a column could be the field's, 0 to 1; None where values tell nothing."""
    if not content.n_filled:
        return None
    if name == TIME_OF:
        return max(content.share("time"), content.share("digits6"), content.share("fraction"))
    special = {"currency": "currency", "original_currency": "currency", "brn": "brn", "mcc": "four"}
    if name in special:
        return content.share(special[name])
    if name in {"merchant_name", "employee_name"}:
        return content.share("letters")
    kind = FIELDS[name].kind if name in FIELDS else Kind.TEXT
    if kind in (Kind.TIME, Kind.DAY):
        return content.share("date")
    if kind is Kind.AMOUNT:
        return content.share("amount")
    if name == "installments":
        return None
    if kind is Kind.NUMBER:
        return content.share("whole")
    if kind is Kind.YES_NO:
        return content.share("yes_no")
    if name == "txn_type":
        return content.share("txn")
    if name == "card_number":
        return 1.0 if content.share("masked") >= 0.6 else 0.7 if content.length <= 20 else 0.0
    return None


def _by_content(index: int, header: str, content: Content) -> Iterator[_Candidate]:
    """Fields whose values cannot be much else; weaker than any name."""
    if content.n_filled < 2:
        return
    for name, shape, sure in (
        ("transacted_at", "date", 0.5),
        ("card_number", "masked", 0.6),
        ("currency", "currency", 0.6),
        ("brn", "brn", 0.7),
        (TIME_OF, "time", 0.5),
        ("txn_type", "txn", 0.5),
        ("amount", "decimal", 0.45),
    ):
        if content.share(shape) >= 0.9:
            yield _Candidate(index, name, sure, "content", {"shape": shape})
    varied = content.n_distinct >= min(5, content.n_filled)
    if content.share("letters") >= 0.9 and varied and 4 <= content.length <= 40:
        yield _Candidate(index, "merchant_name", 0.36, "content", {"shape": "letters"})


def _assign(candidates: Sequence[_Candidate], contents: Sequence[Content]) -> dict[int, _Candidate]:
    """The best candidates first; a column and a field are given once (a fixed field may have several columns)."""

    def rank(one: _Candidate) -> tuple[float, int, int]:
        return (round(one.sure, 3), contents[one.column].n_filled, -one.column)

    chosen: dict[int, _Candidate] = {}
    taken: set[str] = set()
    for one in sorted(candidates, key=rank, reverse=True):
        if one.sure < _LEAST or one.column in chosen:
            continue
        if one.field in taken and one.why != "profile" and one.field not in _SEVERAL:
            continue
        chosen[one.column] = one
        taken.add(one.field)
    return chosen
