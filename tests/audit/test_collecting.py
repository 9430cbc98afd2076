"""A long piece of work looks for circles of references among what is new only."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from audit.collecting import loaded_set_aside


class Ring:
    """Two of them that name each other are a circle."""

    def __init__(self) -> None:
        self.other: Ring | None = None


def circle() -> weakref.ref[Ring]:
    one, other = Ring(), Ring()
    one.other, other.other = other, one
    return weakref.ref(one)


@pytest.fixture
def nothing_set_aside() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.freeze()


@pytest.mark.usefixtures("nothing_set_aside")
def test_a_circle_of_before_stays_and_one_that_comes_goes() -> None:
    before = circle()
    with loaded_set_aside():
        came = circle()
        gc.collect()
        assert came() is None
        assert before() is not None
    assert gc.get_freeze_count() == 0


@pytest.mark.usefixtures("nothing_set_aside")
def test_what_somebody_set_aside_already_stays_so() -> None:
    # the count itself says nothing: what is set aside is freed, and so leaves it, whenever nobody names it any more
    before = circle()
    with loaded_set_aside():
        between = circle()
        with loaded_set_aside():
            came = circle()
            gc.collect()
            assert came() is None
            assert between() is None
        gc.collect()
        assert before() is not None
        assert gc.get_freeze_count() > 0


@pytest.mark.usefixtures("nothing_set_aside")
def test_an_error_leaves_nothing_set_aside() -> None:
    with pytest.raises(ZeroDivisionError), loaded_set_aside():
        raise ZeroDivisionError
    assert gc.get_freeze_count() == 0
