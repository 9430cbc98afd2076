"""No change of any kind begins, or is agreed to, on a day that has passed: every dated proposal asks the one place that knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db.models import DateField, DateTimeField

from audit import clock
from audit.permissions import Role
from audit.proposals import begins, is_past
from audit.services import actor_of
from fraud.company.holiday_changes import confirm_day, propose_day
from fraud.company.holidays import HolidayNotValid
from fraud.detection.suppressing import confirm_suppression, propose_suppression
from fraud.people.changes import confirm_change, propose_role
from fraud.people.refusals import AccessRefused
from rules.exceptions import ValueNotValid, WrongState
from rules.models import Parameter, PolicyParagraph, Rule
from rules.services import policy
from rules.services.values import approve_value_change, propose_parameter_value
from tests.cast import NOW, Cast, make_cardholder, make_cast, make_person, make_rule_version

pytestmark = pytest.mark.django_db
WHY = "decided by the board"


@dataclass(frozen=True)
class Kind:
    """How a proposal of a day is made and agreed to, and what refuses it."""

    propose: Callable[[Cast, date], Any]
    agree: Callable[[Cast, Any], Any]
    refusal: type[Exception] | tuple[type[Exception], ...]
    #: The day it begins once agreed to, where a day that passed while it waited becomes today.
    begun: Callable[[Any], date] | None = None


def _value(cast: Cast, day: date) -> Any:
    limit, is_new = Parameter.objects.get_or_create(
        name="board_limit", defaults={"kind": "number", "label_en": "Limit", "label_ko": "한도"}
    )
    if is_new:
        limit.values.create(value="3", valid_from=date(2020, 1, 1))
    return propose_parameter_value(
        parameter=limit, value=Decimal(4), valid_from=day, by=cast.actor("rule_admin"), reason=WHY
    )


def _paragraph(cast: Cast, day: date) -> Any:
    text = {"title_ko": "식대", "title_en": "Meals", "text_ko": "한 끼 2만원", "text_en": "20,000 KRW a meal"}
    return policy.propose_policy(
        paragraphs=[{"number": "9.1", **text}], valid_from=day, reason=WHY, by=cast.actor("rule_admin")
    )


def _holiday(cast: Cast, day: date) -> Any:
    return propose_day(on=day, name="창립기념일", reason=WHY, by=cast.actor("system_admin"))


def _role(**days: int) -> Callable[[Cast, date], Any]:
    def propose(cast: Cast, day: date) -> Any:
        first, last = (
            day + timedelta(days=days[name]) if name in days else None for name in ("starts", "ends")
        )
        return propose_role(
            user=cast.reviewer,
            role=Role.APPROVER,
            starts_on=first,
            ends_on=last,
            reason=WHY,
            by=cast.actor("system_admin"),
            seen=None,
        )

    return propose


def _suppression(cast: Cast, day: date) -> Any:
    rule = Rule.objects.filter(code="A04").first() or make_rule_version("A04").rule
    return propose_suppression(
        rule=rule, cardholder=make_cardholder(), until=day, reason=WHY, by=cast.actor("rule_admin")
    )


def _decided(do: Callable[..., Any], name: str, **more: Any) -> Callable[[Cast, Any], Any]:
    return lambda cast, row: do(**{name: row}, by=cast.actor("approver"), **more)


def _second_admin(cast: Cast, change: Any) -> Any:
    return confirm_change(
        change=change, by=actor_of(make_person("second.admin", Role.SYSTEM_ADMIN, employee_no="E9009"))
    )


KINDS = {
    "ValueChange.content": Kind(
        _value, _decided(approve_value_change, "change"), ValueNotValid,
        lambda row: row.parameter.values.get(value="4").valid_from,
    ),
    "PolicyChange.valid_from": Kind(
        _paragraph, _decided(policy.confirm_policy, "change"), ValueNotValid,
        lambda row: PolicyParagraph.objects.get(change=row).valid_from,
    ),
    "HolidayChange.on": Kind(
        _holiday, lambda cast, row: confirm_day(number=row.pk, by=cast.actor("approver")), HolidayNotValid
    ),
    "AccessChange.starts_on": Kind(_role(starts=0), _second_admin, AccessRefused, lambda row: row.grant.starts_on),
    "AccessChange.ends_on": Kind(_role(ends=0), _second_admin, AccessRefused),
    "RuleSuppression.until": Kind(
        _suppression, _decided(confirm_suppression, "suppression", seen=1), (ValueNotValid, WrongState)
    ),
}  # fmt: skip
#: Tables whose days stand in JSON.
IN_JSON = {"ValueChange.content"}


@pytest.fixture
def time() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def test_every_table_of_proposals_with_a_day_is_in_the_list() -> None:
    asked = {"proposed_at", "proposed_by", "proposed_by_no"}
    dated = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if asked & {field.name for field in model._meta.fields}
        for field in model._meta.fields
        if isinstance(field, DateField) and not isinstance(field, DateTimeField)
    }
    assert dated == set(KINDS) - IN_JSON


@pytest.mark.parametrize("name", KINDS)
def test_a_day_that_has_passed_is_refused_and_today_is_taken(name: str, time: Any) -> None:
    cast, kind = make_cast(), KINDS[name]
    with pytest.raises(kind.refusal):
        kind.propose(cast, clock.today() - timedelta(days=1))
    assert kind.propose(cast, clock.today()).pk


@pytest.mark.parametrize("name", KINDS)
def test_what_waited_until_its_day_had_passed_begins_on_the_day_it_is_agreed_to_or_never(
    name: str, time: Any
) -> None:
    cast, kind = make_cast(), KINDS[name]
    row = kind.propose(cast, clock.today() + timedelta(days=1))
    time.shift(timedelta(days=3))
    if kind.begun is None:
        with pytest.raises(kind.refusal):
            kind.agree(cast, row)
        return
    kind.agree(cast, row)
    row.refresh_from_db()
    assert kind.begun(row) == clock.today()


def test_today_is_no_past_and_what_lies_ahead_keeps_its_day(time: Any) -> None:
    today = clock.today()
    assert [is_past(today + timedelta(days=n)) for n in (-1, 0, 1)] == [True, False, False]
    assert [begins(today + timedelta(days=n)) for n in (-1, 0, 1)] == [
        today,
        today,
        today + timedelta(days=1),
    ]
