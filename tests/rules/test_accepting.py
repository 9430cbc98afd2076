"""What could stand next is told from the parser's states as lark tells it by trying."""

from __future__ import annotations

import pytest
from lark import UnexpectedCharacters, UnexpectedToken
from lark.exceptions import VisitError

from rules.language.accepting import accepted
from rules.language.parse import _parser

RULE = (
    'not (amount > 500,000 KRW and merchant.mcc in ("5813", "7995")) or sum(amount, same cardholder, 7 days) * 2 >= $limit - 3 '
    'and time(transacted_at) is not missing and merchant.name matches "^A" and amount in 1..9'
)


def refused(text: str) -> UnexpectedToken | None:
    """Where the parser stops; None where it does not, or for another reason."""
    try:
        _parser().parse(text)
    except UnexpectedToken as error:
        return error
    except (VisitError, UnexpectedCharacters):
        return None
    return None


@pytest.mark.parametrize("put_in", ["", ")", "and", "17", "in", "(", "same"])
def test_what_could_stand_there_is_what_lark_would_take(put_in: str) -> None:
    words = RULE.split(" ")
    texts = [" ".join([*words[:at], put_in, *(words[at:] if put_in else ())]) for at in range(len(words) + 1)]
    stops = [error for error in map(refused, texts) if error is not None]
    for error in stops:
        assert accepted(error) == error.accepts
    assert len({frozenset(error.accepts) for error in stops}) > 3
