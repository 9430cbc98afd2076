"""Logins, their roles and proposals as the interface writes them, and the bodies it takes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from audit.people import name_of
from audit.permissions import Role
from fraud.claims.models import AccessChange
from fraud.people.listing import STATES, ChangeRow, LoginRow, OneLogin
from fraud.web.api_strict import StrictCharField, StrictIntegerField, StrictSerializer

ROLE_CHOICES = [role.value for role in Role]


class GrantRow(serializers.Serializer):
    """A role; `state` is now, later or over; of a login that has ended each is over, until it works again."""

    id = serializers.IntegerField(source="grant.pk")
    role = serializers.ChoiceField(ROLE_CHOICES, source="grant.role")
    starts_on = serializers.DateField(source="grant.starts_on", allow_null=True)
    ends_on = serializers.DateField(source="grant.ends_on", allow_null=True)
    state = serializers.ChoiceField(["now", "later", "over"])


class LoginAnswer(serializers.Serializer):
    """A login; `seen` is sent with every step on it."""

    id = serializers.IntegerField(source="user.pk")
    username = serializers.CharField(source="user.username")
    name = serializers.SerializerMethodField()
    employee_no = serializers.CharField(source="user.employee_no")
    state = serializers.ChoiceField(STATES)
    roles = GrantRow(many=True)
    units = serializers.ListField(child=serializers.CharField(), help_text="Names; none: all departments.")
    sees = serializers.CharField(help_text="In words, whose cases and claims the roles of today show.")
    waiting = serializers.IntegerField(source="n_waiting")
    last_sign_in = serializers.DateTimeField(source="user.last_login", allow_null=True)
    last_used_at = serializers.DateTimeField(source="user.used_at", allow_null=True)
    seen = serializers.IntegerField(source="user.access_version")

    def get_name(self, row: LoginRow) -> str:
        """As its language writes it."""
        return name_of(row.user)


class ChangeAnswer(serializers.Serializer):
    """A proposal, with what holds beside what is proposed."""

    id = serializers.IntegerField(source="change.pk")
    login = serializers.IntegerField(source="change.user_id")
    username = serializers.CharField(source="change.user.username")
    kind = serializers.ChoiceField(AccessChange.Kind.values, source="change.kind")
    role = serializers.CharField(source="change.role")
    starts_on = serializers.DateField(source="change.starts_on", allow_null=True)
    ends_on = serializers.DateField(source="change.ends_on", allow_null=True)
    units = serializers.ListField(child=serializers.CharField(), source="change.units")
    state = serializers.ChoiceField(AccessChange.State.values, source="change.state")
    before = serializers.CharField()
    after = serializers.CharField()
    reason = serializers.CharField(source="change.reason")
    proposed_by = serializers.CharField(source="by")
    proposed_at = serializers.DateTimeField(source="change.proposed_at")
    may_decide = serializers.BooleanField()


class OneLoginAnswer(LoginAnswer):
    """A login with its past and what is proposed for it."""

    email = serializers.CharField(source="user.email")
    past_roles = serializers.SerializerMethodField()
    changes = serializers.SerializerMethodField()
    other_logins = serializers.SerializerMethodField()
    token_made_at = serializers.SerializerMethodField()
    has_second_step = serializers.SerializerMethodField()

    @property
    def _one(self) -> OneLogin:
        found: OneLogin = self.context["one"]
        return found

    def get_past_roles(self, row: LoginRow) -> list[dict[str, Any]]:
        """Roles that are over."""
        return list(GrantRow(self._one.past, many=True).data)

    def get_changes(self, row: LoginRow) -> list[dict[str, Any]]:
        """Open proposals, then decided ones."""
        changes: list[ChangeRow] = [*self._one.changes, *self._one.decided]
        return list(ChangeAnswer(changes, many=True).data)

    def get_other_logins(self, row: LoginRow) -> list[str]:
        """Of the same employee."""
        return [one.username for one in self._one.others]

    def get_token_made_at(self, row: LoginRow) -> str | None:
        """Null without a token; the token itself is never told."""
        return self._one.token_at.isoformat() if self._one.token_at else None

    def get_has_second_step(self, row: LoginRow) -> bool:
        """Whether signing in asks for more than the password."""
        return self._one.has_second_step


class LoginPage(serializers.Serializer):
    results = LoginAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class ChangePage(serializers.Serializer):
    results = ChangeAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class UnitRow(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()


class UnitPage(serializers.Serializer):
    results = UnitRow(many=True)
    next = serializers.CharField(allow_null=True)


class AccessReason(StrictSerializer):
    seen = StrictIntegerField(help_text="`seen` of the login the step rests on.")
    reason = StrictCharField(max_length=500)


class AgainBody(StrictSerializer):
    seen = StrictIntegerField(help_text="`seen` of the login the step rests on.")


class RoleBody(AccessReason):
    role = serializers.ChoiceField(ROLE_CHOICES)
    starts_on = serializers.DateField(required=False, allow_null=True, default=None)
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)


class TakeBody(AccessReason):
    grant = StrictIntegerField(help_text="`id` of the role of the login.")


class UnitsBody(AccessReason):
    units = serializers.ListField(
        child=StrictCharField(max_length=40), max_length=500, help_text="Codes; none: all."
    )


class DecisionBody(StrictSerializer):
    reason = StrictCharField(max_length=500, required=False, allow_blank=True, default="")


class InvitationBody(StrictSerializer):
    username = StrictCharField(max_length=40)
    email = StrictCharField(max_length=254)
    employee_no = StrictCharField(max_length=40)
    family = StrictCharField(max_length=150, required=False, allow_blank=True, default="")
    given = StrictCharField(max_length=150, required=False, allow_blank=True, default="")
    language = serializers.ChoiceField(["ko", "en"], required=False, default="ko")
    roles = serializers.ListField(child=serializers.ChoiceField(ROLE_CHOICES), max_length=10)
    starts_on = serializers.DateField(required=False, allow_null=True, default=None)
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)
    is_new = serializers.BooleanField(required=False, default=False)
    reason = StrictCharField(max_length=500)
