"""Names and words of a text → the fields, keys, functions and texts they stand for."""

from __future__ import annotations

from rules.fields import FIELDS, KEYS
from rules.language.functions import FUNCTIONS, WINDOW_EXAMPLES
from rules.language.literals import NUMBER_WORDS, WEEKDAYS, currency_of
from rules.language.mending.naming_place import Names, Place
from rules.language.mending.phrases import LITERALS
from rules.language.mending.pieces import Piece
from rules.language.mending.vocabulary import COMPARES, DROPPED, METHODS, NO, TESTED, TESTS, WORDS, YES
from rules.language.nodes import PERIODS
from rules.language.text import quote
from rules.language.words import field_meant, function_meant, key_meant


def name_words(pieces: list[Piece], names: Names) -> list[Piece]:
    """Every word that is none of the language's → what it stands for, by where it stands."""
    return _Namer(pieces, names).run()


class _Namer(Place):
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
