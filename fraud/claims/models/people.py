"""People, places and the calendar: logins, cardholders, departments, merchants, personnel feeds, holidays."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.apps import apps
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from audit import clock
from audit.actor import Role
from audit.people_rows import indexed_key
from audit.prepared import prepared


class LoginManager(UserManager["User"]):
    """Finds logins; one by its key alone, with which every request begins, by SQL that is put together once."""

    def get(self, *args: Any, **kwargs: Any) -> User:
        """As a manager's `get`."""
        key = kwargs.get("pk")
        if args or len(kwargs) != 1 or type(key) is not int:
            return super().get(*args, **kwargs)
        found = _logins.rows(key)
        if not found:
            raise User.DoesNotExist(f"no login {key}")
        return found[0]


class User(AbstractUser):
    """A login. `employee_no` ties it to the person in the claims: nobody acts on their own case."""

    class Theme(models.TextChoices):
        SYSTEM = "system"
        LIGHT = "light"
        DARK = "dark"

    employee_no = models.CharField(max_length=40, blank=True, db_index=True)
    language = models.CharField(max_length=5, default="ko")
    theme = models.CharField(max_length=6, choices=Theme, default=Theme.SYSTEM)
    units: models.ManyToManyField[Department, models.Model] = models.ManyToManyField(
        "Department", related_name="+"
    )  # whose cases it sees; none: all
    access_version = models.PositiveIntegerField(default=0)  # counts changes of access
    n_sign_outs = models.PositiveIntegerField(default=0)  # a session begun before the last one is over
    last_used_at = models.DateTimeField(null=True)  # page or interface, to some ten minutes

    objects: ClassVar[LoginManager] = LoginManager()

    def __str__(self) -> str:
        return self.get_username()

    @property
    def used_at(self) -> datetime | None:
        """When the login was used last: `last_used_at` is noted to some ten minutes, a sign-in at once."""
        return max((at for at in (self.last_used_at, self.last_login) if at), default=None)

    def access_held(self) -> tuple[frozenset[Role], frozenset[str]]:
        """The roles that hold now, and the codes of the departments the login was given. One query.

        A role that has ended is not among them from the moment it ended.
        """
        found = set(_access_rows.rows(self.pk, clock.today()))
        names = {name for kind, name in found if kind == "role"}
        held = frozenset(role for role in Role if role.value in names)
        return held, frozenset(name for kind, name in found if kind == "unit")

    def roles_held(self) -> frozenset[Role]:
        """The roles that hold now."""
        return self.access_held()[0]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What ties a session to the login: another password or a sign-out everywhere ends all of them."""
        made = salted_hmac(
            "fraud.User.session", f"{self.password}:{self.n_sign_outs}", secret=secret, algorithm="sha256"
        )
        return made.hexdigest()


@prepared
def _logins(key: int) -> models.QuerySet[User]:
    return User.objects.filter(pk=key)


@prepared
def _access_rows(user_id: int, today: date) -> models.QuerySet[Any, Any]:
    """("role" or "unit", its code)."""
    as_role, as_unit = (models.Value(word, models.CharField()) for word in ("role", "unit"))
    grants = apps.get_model("fraud", "RoleGrant").objects.in_force(today)
    roles = grants.filter(user=user_id).annotate(kind=as_role).values_list("kind", "role")
    units = Department.objects.filter(
        pk__in=User.units.through._default_manager.filter(user=user_id).values("department")
    )
    return roles.union(units.order_by().annotate(kind=as_unit).values_list("kind", "code"), all=True)


class Department(models.Model):
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    manager_no = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Cardholder(models.Model):
    """An employee who uses a card. An unknown employee number of a claim file becomes one without a department."""

    employee_no = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120, blank=True)
    department = models.ForeignKey(
        Department, null=True, on_delete=models.PROTECT, related_name="cardholders"
    )
    grade = models.CharField(max_length=40, blank=True)
    job_family = models.CharField(max_length=40, blank=True)
    manager_no = models.CharField(max_length=40, blank=True)
    workplace_region = models.CharField(max_length=60, blank=True)
    email = models.EmailField(blank=True)
    hired_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    is_unassigned = models.BooleanField(default=False)  # came with a claim, not with the personnel feed

    class Meta:
        indexes = [
            models.Index(fields=["department", "id"], name="cardholder_department"),
            # Who somebody is, in whatever spelling: asked for every page of a case.
            models.Index(indexed_key("employee_no"), name="cardholder_number"),
        ]

    def __str__(self) -> str:
        return self.name or self.employee_no


class Merchant(models.Model):
    """A business that took the payment; `key` is the normalised identity (registration number, else name and MCC)."""

    key = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    merchant_no = models.CharField(max_length=40, blank=True)
    brn = models.CharField(max_length=10, blank=True)
    mcc = models.CharField(max_length=4, blank=True)
    biz_type = models.CharField(max_length=80, blank=True)
    biz_item = models.CharField(max_length=80, blank=True)
    ceo_name = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=2, blank=True)
    tax_type = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=20, blank=True)
    status_on = models.DateField(null=True)
    opened_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["name"], name="merchant_name")]  # search box

    def __str__(self) -> str:
        return self.name


class PersonnelFact(models.Model):
    """Something a personnel feed says of an employee's days, with both times: a changed delivery ends the row and adds another."""

    employee_no = models.CharField(max_length=60)
    received_at = models.DateTimeField()  # known from then on
    superseded_at = models.DateTimeField(null=True)  # until a later delivery said otherwise

    class Meta:
        abstract = True


class Position(PersonnelFact):
    """What an employee is from a day on; an empty text leaves what was before. Holds until the employee's next one."""

    starts_on = models.DateField()
    department_code = models.CharField(max_length=40, blank=True)
    grade = models.CharField(max_length=40, blank=True)
    job_family = models.CharField(max_length=40, blank=True)
    manager_no = models.CharField(max_length=40, blank=True)
    workplace_region = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["employee_no", "starts_on"], condition=Q(superseded_at=None), name="position_identity"
            )
        ]

    def __str__(self) -> str:
        return f"{self.employee_no} {self.starts_on}"


class Absence(PersonnelFact):
    kind = models.CharField(max_length=20)  # annual, sick, parental, suspension
    starts_on = models.DateField()
    ends_on = models.DateField()
    half = models.CharField(max_length=2, blank=True)  # "am", "pm" or empty for whole days

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["employee_no", "kind", "starts_on", "half"],
                condition=Q(superseded_at=None),
                name="absence_identity",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="absence_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee_no} {self.kind} {self.starts_on}"


class Trip(PersonnelFact):
    trip_no = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField()
    region = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=2, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trip_no"], condition=Q(superseded_at=None), name="trip_identity")
        ]
        indexes = [models.Index(fields=["employee_no"], name="trip_employee")]

    def __str__(self) -> str:
        return self.trip_no


class OvertimeApproval(PersonnelFact):
    on = models.DateField()  # the day whose evening it was, also past midnight
    since = models.TimeField(null=True)
    until = models.TimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["employee_no", "on"],
                condition=Q(superseded_at=None),
                name="overtimeapproval_identity",
            )
        ]

    def __str__(self) -> str:
        return f"{self.employee_no} {self.on}"


class Relative(PersonnelFact):
    """Two employees who are relatives: neither of them works on a case of the other."""

    relative_no = models.CharField(max_length=60)
    kind = models.CharField(max_length=40, blank=True)  # spouse, parent, sibling, in the feed's own words

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["employee_no", "relative_no"],
                condition=Q(superseded_at=None),
                name="relative_identity",
            )
        ]

    def __str__(self) -> str:
        return f"{self.employee_no} {self.relative_no}"


class Vehicle(PersonnelFact):
    """A car an employee has for a time: the company's, or their own that is used for it."""

    plate_no = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    fuel = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plate_no", "employee_no", "starts_on"],
                condition=Q(superseded_at=None),
                name="vehicle_identity",
            )
        ]
        indexes = [models.Index(fields=["employee_no"], name="vehicle_employee")]

    def __str__(self) -> str:
        return self.plate_no


class PreApproval(PersonnelFact):
    """An expense that was approved before it was made; claims name it by its number (`pre_approval_id`)."""

    approval_no = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField()
    amount = models.CharField(max_length=20, blank=True)  # plain decimal in major units of `currency`
    currency = models.CharField(max_length=3, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    approver_no = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["approval_no"], condition=Q(superseded_at=None), name="preapproval_identity"
            )
        ]
        indexes = [models.Index(fields=["employee_no"], name="preapproval_employee")]

    def __str__(self) -> str:
        return self.approval_no
