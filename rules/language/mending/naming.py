"""Names and words of a text → the fields, keys, functions and texts they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.fields import FIELDS, KEYS
from rules.language.functions import FUNCTIONS, WINDOW_EXAMPLES
from rules.language.literals import NUMBER_WORDS, WEEKDAYS, currency_of
from rules.language.mending.phrases import LITERALS
from rules.language.mending.pieces import Piece
from rules.language.mending.vocabulary import COMPARES, DROPPED, ENDS, METHODS, NO, TESTED, TESTS, WORDS, YES
from rules.language.nodes import PERIODS
from rules.language.specs import ParameterSpec, ValueListSpec
from rules.language.text import quote
from rules.language.words import field_meant, function_meant, key_meant


@dataclass(frozen=True)
class Names:
    """The company's lists and parameters; None where they are not known, so that any name may be one."""

    lists: Mapping[str, ValueListSpec] | None = None
    parameters: Mapping[str, ParameterSpec] | None = None


def name_words(pieces: list[Piece], names: Names) -> list[Piece]:
    """Every word that is none of the language's → what it stands for, by where it stands."""
    return _Namer(pieces, names).run()


class _Namer:
    def __init__(self, pieces: list[Piece], names: Names) -> None:
        self.pieces, self.names = pieces, names
        self.found: list[Piece] = []
        self.at = 0
        self.in_keys = False
        self.subject = ""  # the field or function on the left of the test being read
        self.left = ""
        self.call_ends = -1  # where the call being read closes; its arguments are not what is compared

    def run(self) -> list[Piece]:
        while self.at < len(self.pieces):
            piece = self.pieces[self.at]
            self._follow(piece)
            self.at += self._take(piece)
        return self.found

    def _follow(self, piece: Piece) -> None:
        word = piece.word
        if word == "same" or (word == "of" and self.in_keys is False and self._behind_share()):
            self.in_keys = True
        elif word in {"within", "where", "before", "by", ")"}:
            self.in_keys = False
        if word in COMPARES | TESTS:
            self.subject = self.subject or self.left
        elif word in {"and", "or", "where"} and not self._in_list():
            self.subject = self.left = ""

    def _behind_share(self) -> bool:
        return any(piece.word == "share" for piece in self.found[-16:])

    def _in_list(self) -> bool:
        return False

    def _next(self, ahead: int = 1) -> Piece | None:
        return self.pieces[self.at + ahead] if self.at + ahead < len(self.pieces) else None

    def _take(self, piece: Piece) -> int:
        """Append what the piece at hand means; how many pieces that took."""
        behind = self._next()
        if piece.kind != "word":
            self._order_of_texts(piece)
            if (
                piece.kind == "number"
                and self.found
                and self.found[-1].word in {"contains", "with", "like", "matches", "to"}
            ):
                piece.kind, piece.out, piece.code = "text", quote(piece.out), "write_text"
            self.found.append(piece)
            return 1
        if piece.word in WORDS and not (piece.word == "no" and self._is_textual()):
            if piece.out != piece.word:
                piece.code, piece.out = "capital_keyword", piece.word
            self.found.append(piece)
            return 1
        if behind is not None and behind.word == "(":
            return self._call(piece)
        if self.in_keys:
            return self._key(piece)
        return self._word(piece)

    def _order_of_texts(self, piece: Piece) -> None:
        """A text is neither more nor less than another: = is meant."""
        field = FIELDS.get(self.left)
        behind = self._next()
        is_text = (
            field is not None
            and field.type in {"text", "code"}
            and bool(self.found)
            and self.found[-1].out == self.left
        )
        if (
            piece.word in {"<", "<=", ">", ">="}
            and is_text
            and self.left != "cardholder.grade"  # above which grade is a list, not the grade itself
            and behind is not None
            and behind.kind in LITERALS | {"word"}
        ):
            piece.out, piece.code = "=", "text_no_order"

    # Calls

    def _call(self, piece: Piece) -> int:
        owner, _, method = piece.out.rpartition(".")
        if owner and method.lower() in METHODS | dict.fromkeys(DROPPED) | TESTED:
            return self._method(piece, owner, method.lower())
        if piece.out in FUNCTIONS or piece.out in WINDOW_EXAMPLES:
            self.left, self.call_ends = piece.out, self._close(self.at + 1)
            self.found.append(piece)
            return 1
        field = field_meant(piece.out, near=False)
        name = function_meant(piece.out)
        if name is not None:
            self.left, self.call_ends = name, self._close(self.at + 1)
            self._change(piece, name, "write_function")
        elif field is not None:
            self.left = field
            self._change(piece, field, "write_field")
        else:
            self.found.append(piece)
        return 1

    def _method(self, piece: Piece, owner: str, method: str) -> int:
        field = owner if owner in FIELDS else field_meant(owner) or owner
        close = self._close(self.at + 1)
        inside = self.pieces[self.at + 2 : close]
        if method in DROPPED:
            self.left = field
            self._change(piece, field, "write_method")
            self.found[-1].end = self.pieces[min(close, len(self.pieces) - 1)].end
            return close - self.at + 1
        said = TESTED.get(method) or METHODS[method]
        several = said == "in" or any(part.word in {",", "("} for part in inside)
        self.left = self.subject = field
        self._change(piece, f"{field} {said}", "write_method")
        if several:
            return 1
        self.found[-1].end = self.pieces[self.at + 1].end
        if close < len(self.pieces):
            self.pieces[close] = Piece("gone", self.pieces[close].start, self.pieces[close].end, "")
        return 2

    def _close(self, opened: int) -> int:
        depth = 0
        for at in range(opened, len(self.pieces)):
            depth += {"(": 1, ")": -1}.get(self.pieces[at].word, 0)
            if not depth:
                return at
        return len(self.pieces)

    # Words

    def _key(self, piece: Piece) -> int:
        if piece.out in KEYS or piece.out in PERIODS or piece.out in FIELDS:
            self.found.append(piece)
            return 1
        for size in (3, 2, 1):
            words = self.pieces[self.at : self.at + size]
            if len(words) == size and all(word.kind == "word" and word.word not in WORDS for word in words):
                key = key_meant(" ".join(word.out for word in words), near=size == 1)
                if key is not None:
                    self._change(piece, key, "write_key", words[-1])
                    return size
        self.found.append(piece)
        return 1

    def _word(self, piece: Piece) -> int:
        if piece.word in WEEKDAYS and len(piece.word) > 2 and not self.subject:
            return self._other(piece)
        if self.left == "distinct" and self.at <= self.call_ends and piece.out in KEYS:
            self.found.append(piece)  # distinct counts keys as well as fields
            return 1
        if piece.out in FIELDS:
            if not self.subject and self.at > self.call_ends:
                self.left = piece.out
            self.found.append(piece)
            return 1
        if self.subject:
            taken = self._value(piece)
            if taken:
                return taken
        if field_meant(piece.out, near=False) is None and self._continues_texts():
            return self._quote(piece)
        size, field = self._field(piece)
        if field is not None:
            if not self.subject and self.at > self.call_ends:
                self.left = field
            self._change(piece, field, "write_field", self.pieces[self.at + size - 1])
            return size
        return self._other(piece)

    def _field(self, piece: Piece) -> tuple[int, str | None]:
        for size in (6, 5, 4, 3, 2, 1):
            words = self.pieces[self.at : self.at + size]
            if len(words) < size or any(
                word.kind not in {"word", "number"} or word.word in WORDS for word in words
            ):
                continue
            field = field_meant(" ".join(word.out for word in words), near=size == 1 and len(piece.out) > 2)
            if field is not None:
                return size, field
        return 1, None

    def _is_textual(self) -> bool:
        field = FIELDS.get(self.subject)
        return (field is not None and field.type in {"text", "code"}) or self.subject == "lower"

    def _only_text(self) -> bool:
        return any(
            piece.word in {"contains", "like", "matches", "with", "to", "any"} for piece in self.found[-2:]
        )

    def _value(self, piece: Piece) -> int:
        """A word on the right of a test: a text without its quotation marks, a weekday, a yes or no."""
        word = piece.word
        field = FIELDS.get(self.subject)
        if self._is_listed(piece):
            return 1
        if self.subject == "currency" and currency_of(word):
            self._change(piece, quote(currency_of(word) or ""), "write_text")
            self.found[-1].kind = "text"
            return 1
        if word in NUMBER_WORDS and field is not None and field.type == "number":
            self._change(piece, str(NUMBER_WORDS[word]), "write_number")
            self.found[-1].kind = "number"
            return 1
        if self._is_textual() or self._only_text():
            label = field_meant(piece.out, near=False)
            if (
                label
                and self.subject != "cardholder.grade"  # a manager is a grade, not who approves
                and not self._only_text()
                and FIELDS[label].type in {"text", "code"}
                and self.subject.split(".")[0] != label.split(".")[0]
                and "." in self.subject + label
            ):
                return 0
            return self._quote(piece)
        if (self.subject == "weekday" or (field and field.unit == "weekday")) and word in WEEKDAYS:
            self._change(piece, str(WEEKDAYS[word]), "write_weekday")
            self.found[-1].kind = "number"
            return 1
        if word in YES | NO:
            self._change(piece, "yes" if word in YES else "no", "write_yes_no")
            return 1
        return 0

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

    def _other(self, piece: Piece) -> int:
        """A word that is no field: a weekday alone, a parameter or list by its bare name."""
        if self._is_listed(piece):
            return 1
        if piece.word in WEEKDAYS and len(piece.word) > 2:
            self._change(piece, f"weekday = {WEEKDAYS[piece.word]}", "write_weekday")
            return 1
        if self._continues_texts():
            return self._quote(piece)
        if piece.word in {"true", "false"}:
            self._change(piece, "yes" if piece.word == "true" else "no", "write_yes_no")
            return 1
        self.found.append(piece)
        return 1

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
