"""What may be handed to a person is what they may see: every service that gives somebody a case is walked."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from audit.models import AuditEvent
from audit.permissions import Role
from audit.services import actor_of
from cases.models import Alert, Case, Notice, OutboxMessage
from cases.services import errors, queue, regrouping, undo, work
from cases.services.company import company_today
from cases.services.escalating import allocate_work
from cases.services.outbox import enqueue_mail
from cases.services.seeing import may_see
from cases.services.standing import actions_now, parties_towards
from cases.services.steps import present
from cases.visibility import visible_cases
from cases.workflow import Action, Party, State
from fraud.claims.models import Absence, Claim, Department, User
from tests.cases.stage import Stage, fresh
from tests.cast import make_cardholder, make_case, make_claim, make_department, make_person

pytestmark = pytest.mark.django_db
STAFF = set(Party) - {Party.CARDHOLDER, Party.MANAGER, Party.SYSTEM}
#: Modules that write who holds a case, each walked below (or, the demo's, by its own tests).
GIVING = {
    "cases/services/queue.py": {"take_case", "release_case", "assign_case", "release_expired_take"},
    "cases/services/work.py": {"hand_over", "_back_into_queue"},
    "cases/services/regrouping.py": {"unmerge_case"},
    "cases/services/steps.py": {"<module>"},  # what undo puts back
}


@pytest.fixture
def lab(stage: Stage) -> Department:
    return make_department("RND", name="연구소")


@pytest.fixture
def narrow(stage: Stage, lab: Department) -> User:
    """A reviewer who was given the laboratory only."""
    person = make_person("lab.reviewer", Role.REVIEWER, employee_no="E4444")
    person.units.add(lab)
    return person


def case_of(department: Department, priority: int = 1) -> Case:
    number = f"E95{Case.objects.count():02d}"
    claim = make_claim(cardholder=make_cardholder(number, department=department))
    return make_case(cardholder=claim.cardholder, claims=[claim], priority=priority)


def give(case: Case, to: User) -> None:
    Case.objects.filter(pk=case.pk).update(assignee=to)


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def test_taking_the_next_case_stays_within_ones_departments(
    stage: Stage, narrow: User, lab: Department
) -> None:
    """ASVS 8.2.2: by the service, the page and the interface alike."""
    urgent = stage.case(priority=900)
    own = [case_of(lab, priority=n) for n in (3, 2, 1)]
    program, page = APIClient(), Client()
    program.force_authenticate(narrow)
    page.force_login(narrow)
    assert queue.take_next_case(by=actor_of(narrow)).pk == own[0].pk
    answer = program.post("/api/v1/cases/take-next/", headers=key())
    assert answer.json()["reference"] == own[1].reference
    went = page.post("/queue/next/")
    assert went.headers["Location"] == f"/cases/{own[2].reference}/"
    assert page.get(went.headers["Location"]).status_code == 200
    with pytest.raises(errors.QueueEmpty):
        queue.take_next_case(by=actor_of(narrow))
    assert page.post("/queue/next/").headers["Location"] == "/queue/"
    empty = program.post("/api/v1/cases/take-next/", headers=key())
    assert empty.json()["code"] == "queue_empty"
    assert (fresh(urgent).assignee_id, fresh(urgent).version) == (None, urgent.version)


def test_what_somebody_knows_best_widens_nothing(stage: Stage, narrow: User, lab: Department) -> None:
    elsewhere, own = stage.case(priority=900), case_of(lab)
    given = {"most_open": None, "patterns": [], "departments": [stage.cast.department.code]}
    work.set_work_profile(user=narrow, **given, by=stage.actor("approver"), expected_version=0)
    assert queue.take_next_case(by=actor_of(narrow)).pk == own.pk
    assert fresh(elsewhere).assignee is None


@pytest.mark.parametrize("state", list(State))
def test_nobody_of_staff_has_a_part_in_a_case_of_another_department(
    stage: Stage, lab: Department, state: State
) -> None:
    """ASVS 8.2.2: in every state, for every role of staff, also whoever holds it."""
    case = stage.case_in(state)
    for role in (Role.REVIEWER, Role.APPROVER, Role.RECOVERY_CLERK):
        person = make_person(f"narrow.{role.value}", role, employee_no=f"E47{len(role.value):02d}")
        give(case, person)
        assert parties_towards(fresh(case), actor_of(person)) & STAFF
        person.units.set([lab])
        assert not parties_towards(fresh(case), actor_of(person)) & STAFF
        assert actions_now(fresh(case), actor_of(person)) == ()
        assert not may_see(actor_of(person), fresh(case))


def test_steps_on_a_case_of_another_department_find_none(stage: Stage, narrow: User) -> None:
    case, by = stage.case(), actor_of(narrow)
    with pytest.raises(errors.CaseNotFound):
        queue.take_case(case=case, by=by, expected_version=case.version)
    give(case, narrow)
    for step in (queue.release_case, undo.undo_last_action):
        with pytest.raises(errors.CaseNotFound):
            step(case=case, by=by, expected_version=case.version)


def moves_away(case: Case, _holder: User, lab: Department) -> None:
    """The cardholder changes departments."""
    person = case.cardholder
    person.department = make_department("FAR")
    person.save()


def is_given_another(case: Case, holder: User, _lab: Department) -> None:
    holder.units.set([make_department("FAR")])


def becomes_a_guest(case: Case, holder: User, _lab: Department) -> None:
    claim = Claim.objects.get(alerts__case=case)
    claim.attendees = [{"employee_no": holder.employee_no.lower(), "name": "손님"}]
    claim.save()


def leaves_the_work(_case: Case, holder: User, _lab: Department) -> None:
    holder.is_active = False
    holder.save()


CHANGES = [(moves_away, "unseen"), (is_given_another, "unseen"), (becomes_a_guest, "unseen")]
CHANGES += [(leaves_the_work, "gone")]


@pytest.mark.parametrize(
    "state", ["taken", "asked", "explained", "lapsed", "notified", "appealed", "recovering"]
)
@pytest.mark.parametrize(("change", "why"), CHANGES)
def test_the_sweep_hands_on_what_its_holder_does_not_see_any_more(
    stage: Stage, narrow: User, lab: Department, change, why: str, state: str
) -> None:
    """Also while the cardholder is asked, and when it is decided; never to somebody who may not see it either."""
    case = getattr(stage, state)()
    Absence.objects.all().delete()
    person = case.cardholder
    person.department = lab
    person.save()
    give(case, narrow)
    blind = make_person("a.blind", Role.REVIEWER, employee_no="E4445")  # holds least and would come first
    blind.units.add(make_department("NOWHERE"))
    assert allocate_work(present())["handed_over"] == 0
    change(fresh(case), narrow, lab)
    assert allocate_work(present())["handed_over"] == 1
    now = fresh(case)
    assert now.assignee is not None
    assert now.assignee not in (narrow, blind)
    assert now in visible_cases(actor_of(now.assignee))
    entry = AuditEvent.objects.get(subject=f"case:{case.reference}", action="case.handed_over")
    assert entry.after is not None
    assert entry.after["why"] == why
    assert not Notice.objects.filter(user=narrow, case=case).exists()
    assert allocate_work(present())["handed_over"] == 0


@pytest.mark.parametrize("state", ["notified", "appealed", "recovering"])
def test_what_is_decided_is_handed_on_when_its_holder_is_away_until_it_is_due(
    stage: Stage, state: str
) -> None:
    case, holder = getattr(stage, state)(), stage.cast.reviewer
    assert case.due_on is not None
    leave = Absence.objects.create(
        employee_no=holder.employee_no, starts_on=company_today(), ends_on=case.due_on - timedelta(1), received_at=present()
    )  # fmt: skip
    assert allocate_work(present())["handed_over"] == 0
    Absence.objects.filter(pk=leave.pk).update(ends_on=case.due_on)
    assert allocate_work(present())["handed_over"] == 1
    now = fresh(case)
    assert now.assignee is not None
    assert (now.state, now.due_on) == (case.state, case.due_on)
    assert Notice.objects.filter(user=now.assignee, case=case, kind="assigned").count() == 1
    assert Notice.objects.filter(user=holder, case=case, kind="handed").count() == 1
    assert allocate_work(present())["handed_over"] == 0


def test_an_appeal_goes_to_an_approver_who_may_decide_it_and_was_told_of_it(stage: Stage) -> None:
    case, holder, second = stage.appealed(), stage.cast.reviewer, stage.cast.other_approver
    allocate_work(present())
    waiting = Notice.objects.filter(kind="approval", key__startswith="appeal:")
    assert list(waiting.values_list("user", flat=True)) == [second.pk]
    leaves_the_work(case, holder, stage.cast.department)
    assert allocate_work(present())["handed_over"] == 1
    now = fresh(case)
    assert now.assignee == second  # whoever approved the decision may not judge the appeal
    assert Action.DECIDE_APPEAL in actions_now(now, actor_of(second))


def test_an_appeal_nobody_may_decide_or_has_room_for_stays_until_somebody_has(stage: Stage) -> None:
    case, lead, second = stage.appealed(), stage.actor("approver"), stage.cast.other_approver
    work.set_work_profile(user=second, most_open=1, patterns=[], departments=[], by=lead, expected_version=0)
    give(stage.taken(), second)
    leaves_the_work(case, stage.cast.reviewer, stage.cast.department)
    allocate_work(present())
    assert fresh(case).assignee == stage.cast.reviewer
    work.set_work_profile(user=second, most_open=9, patterns=[], departments=[], by=lead, expected_version=1)
    allocate_work(present())
    assert fresh(case).assignee == second


def test_recoveries_go_to_the_clerks_who_see_them_and_each_to_who_has_least(
    stage: Stage, lab: Department
) -> None:
    blind = make_person("a.clerk", Role.RECOVERY_CLERK, employee_no="E4448")
    blind.units.add(lab)
    other = make_person("b.clerk", Role.RECOVERY_CLERK, employee_no="E4449")
    cases = [stage.recovering() for _ in range(4)]
    allocate_work(present())
    leaves_the_work(cases[0], stage.cast.reviewer, lab)
    assert allocate_work(present())["handed_over"] == 4
    holders = sorted(fresh(case).assignee.username for case in cases)
    assert holders == sorted([other.username, stage.cast.clerk.username] * 2)
    assert allocate_work(present())["handed_over"] == 0


def test_where_nobody_else_is_there_it_goes_back_into_the_queue(stage: Stage, narrow: User) -> None:
    case = stage.taken()
    give(case, narrow)
    for user in User.objects.exclude(pk=narrow.pk).exclude(employee_no=""):
        today, later = company_today(), company_today() + timedelta(40)
        Absence.objects.create(
            employee_no=user.employee_no, starts_on=today, ends_on=later, received_at=present()
        )
    assert allocate_work(present())["handed_over"] == 1
    now = fresh(case)
    assert (now.state, now.assignee) == (State.NEW, None)
    assert queue.take_next_case(by=stage.actor("reviewer")).pk == case.pk


def test_who_does_not_see_a_case_is_written_nothing_about_it(stage: Stage, narrow: User) -> None:
    """A cardholder answers in the hour before the sweep hands the case on."""
    case = stage.explained()
    give(case, narrow)
    before = OutboxMessage.objects.count()
    kinds = ("explanation.received", "extension.asked", "appeal.received", "case.assigned")
    assert [enqueue_mail(key=f"k:{kind}", to=narrow, mail=kind, case=fresh(case)) for kind in kinds] == (
        [None] * len(kinds)
    )
    assert (OutboxMessage.objects.count(), Notice.objects.filter(user=narrow).count()) == (before, 0)


def test_a_case_that_comes_back_from_a_merge_goes_to_its_holder_only_if_they_see_it(stage: Stage) -> None:
    """Its own claims may name the holder, where those of the other one do not."""
    holder = stage.actor("reviewer")
    kept, brought = stage.taken(), stage.taken()
    regrouping.merge_cases(
        case=kept, other=brought, reason="한 건의 결제입니다", by=holder,
        expected_version=kept.version, other_version=brought.version,
    )  # fmt: skip
    claims = Alert.objects.filter(case=brought).values("claim")
    Claim.objects.filter(pk__in=claims).update(approver_no=stage.cast.reviewer.employee_no)
    lead = stage.actor("approver")
    back = regrouping.unmerge_case(
        case=fresh(brought), other=fresh(kept), reason="서로 다른 결제입니다", by=lead,
        expected_version=fresh(brought).version, other_version=fresh(kept).version,
    )  # fmt: skip
    assert (back.state, back.assignee) == (State.IN_REVIEW, None)
    assert queue.take_case(case=back, by=lead, expected_version=back.version).assignee == stage.cast.approver


def test_no_other_service_says_who_holds_a_case() -> None:
    """A new one has to be walked above."""
    root, found = Path(settings.BASE_DIR), {}
    for path in sorted((root / "cases" / "services").rglob("*.py")):
        name = path.relative_to(root).as_posix()
        tree = ast.parse(path.read_text())
        for top in ast.walk(tree):
            owner = top.name if isinstance(top, ast.FunctionDef) else "<module>"
            if not isinstance(top, ast.FunctionDef | ast.Module):
                continue
            body = (
                top.body
                if isinstance(top, ast.FunctionDef)
                else [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
            )
            if any(_gives(node) for part in body for node in ast.walk(part)):
                found.setdefault(name, set()).add(owner)
    assert found == GIVING


def _gives(node: ast.AST) -> bool:
    """A value under `assignee` in a dict, a keyword of `update`, `create` or `Case`, an assignment to it, or its name among columns."""
    names = {"assignee", "assignee_id"}  # columns that are read to show a list are none
    if isinstance(node, ast.Dict):
        return any(isinstance(key, ast.Constant) and key.value == "assignee_id" for key in node.keys)
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        is_write = called in {"update", "create", "bulk_create", "Case", "create_case", "update_or_create"}
        return is_write and any(word.arg in names for word in node.keywords)
    if isinstance(node, ast.Assign):
        targets = [target for target in node.targets if isinstance(target, ast.Attribute)]
        columns = isinstance(node.value, ast.Tuple) and any(
            isinstance(one, ast.Constant) and one.value == "assignee_id" for one in node.value.elts
        )
        return columns or any(target.attr in names for target in targets)
    return False
