"""Where the naming of words stands: the pieces ahead, what was written so far, and what is being compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.fields import FIELDS
from rules.language.mending.pieces import Piece
from rules.language.mending.vocabulary import COMPARES, ENDS, TESTS
from rules.language.specs import ParameterSpec, ValueListSpec
from rules.language.text import quote


@dataclass(frozen=True)
class Names:
    """The company's lists and parameters; None where they are not known, so that any name may be one."""

    lists: Mapping[str, ValueListSpec] | None = None
    parameters: Mapping[str, ParameterSpec] | None = None


class Place:
    """The piece at hand among its neighbours."""

    def __init__(self, pieces: list[Piece], names: Names) -> None:
        self.pieces, self.names = pieces, names
        self.found: list[Piece] = []
        self.at = 0
        self.in_keys = False
        self.subject = ""  # the field or function on the left of the test being read
        self.left = ""
        self.call_ends = -1  # where the call being read closes; its arguments are not what is compared

    def _next(self, ahead: int = 1) -> Piece | None:
        return self.pieces[self.at + ahead] if self.at + ahead < len(self.pieces) else None

    def _close(self, opened: int) -> int:
        depth = 0
        for at in range(opened, len(self.pieces)):
            depth += {"(": 1, ")": -1}.get(self.pieces[at].word, 0)
            if not depth:
                return at
        return len(self.pieces)

    def _is_textual(self) -> bool:
        field = FIELDS.get(self.subject)
        return (field is not None and field.type in {"text", "code"}) or self.subject == "lower"

    def _only_text(self) -> bool:
        return any(
            piece.word in {"contains", "like", "matches", "with", "to", "any"} for piece in self.found[-2:]
        )

    def _is_listed(self, piece: Piece) -> bool:
        """The bare name of a list after in or any, of a parameter after a comparison."""
        lists, parameters = self.names.lists or {}, self.names.parameters or {}
        before = self.found[-1].word if self.found else ""
        if piece.out in lists and before in {"in", "any", "contains", "="}:
            self._change(piece, f"@{piece.out}", "write_list_name")
            self.found[-1].kind = "list"
            return True
        if piece.out in parameters:
            self._change(piece, f"${piece.out}", "write_parameter_name")
            self.found[-1].kind = "parameter"
            return True
        return False

    def _continues_texts(self) -> bool:
        """``contains "bar" or pub``: another word of the same test, which nothing is asked of itself."""
        words = [one.word for one in self.found[-3:]]
        follower = self._next()
        asks = follower is not None and follower.word in COMPARES | TESTS | {"is", "("}
        return (
            len(words) == 3
            and words[2] == "or"
            and self.found[-2].kind == "text"
            and words[0] in {"contains", "with", "like", "matches", "to", "="}
            and not asks
        )

    def _quote(self, piece: Piece) -> int:
        size = 1
        while (follower := self._next(size)) is not None and follower.kind in {"word", "number", "duration"}:
            if follower.word in ENDS | COMPARES | {"is", "in", "contains", "like"} or follower.out in FIELDS:
                break
            size += 1
        last = self.pieces[self.at + size - 1]
        written = " ".join(part.out for part in self.pieces[self.at : self.at + size])
        self._change(piece, quote(written), "write_text", last)
        self.found[-1].kind = "text"
        return size

    def _change(self, piece: Piece, out: str, code: str, last: Piece | None = None) -> None:
        end = (last or piece).end
        self.found.append(
            Piece(
                "word",
                piece.start,
                end,
                out,
                code if out != piece.out or last not in (None, piece) else piece.code,
            )
        )
