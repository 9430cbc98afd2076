"""Lists and parameters of the rules through the interface: read, propose, decide; the same services as their pages."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_view
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from audit import clock
from audit.permissions import require
from fraud.claims.importing.summary import refused_name
from fraud.web.api import IF_MATCH, ONLY_PAGING, PAGING, FraudView, describe, query
from fraud.web.api_shapes import DecideReason, DecideView
from fraud.workbench.api import value_rows as rows
from fraud.workbench.values_page import typed_value
from rules.models import Parameter, ValueChange, ValueList
from rules.services import values
from rules.services.list_files import LARGEST_FILE, read_list_file

_ENVELOPE = 20_000  # what a form adds to its file


class ValueView(FraudView):
    permission = "rules.view_rule"


@extend_schema_view(
    get=describe(
        "List the value lists", answer=rows.ListPage, parameters=PAGING, operation_id="value_lists_list"
    )
)
class ListList(ValueView):
    """Lists by name; a rule names one as `@name`."""

    filters = ONLY_PAGING

    def get(self, request: Request) -> Response:
        """A page. Raises ValidationError."""
        page = self.page(ValueList.objects.all(), by="name", ascending=True)
        return self.paged(rows.ListRow(page.rows, many=True).data, page)


@extend_schema_view(
    get=describe(
        "Read a value list", answer=rows.ListDetail, refusals=(404,), operation_id="value_lists_read"
    ),
    post=describe(
        "Propose a list's content",
        answer={201: rows.ChangeDetail},
        body=rows.ListBody,
        refusals=(404, 409),
        operation_id="value_lists_propose",
    ),
)
class ListOne(ValueView):
    """A list; what is proposed counts once a second person has agreed."""

    def get(self, request: Request, name: str) -> Response:
        """Raises Http404."""
        return Response(rows.ListDetail(get_object_or_404(ValueList, name=name)).data)

    def post(self, request: Request, name: str) -> Response:
        """Raises Http404, ValidationError, RuleServiceError."""
        require(self.by, "rules.propose_rule")
        found, data = get_object_or_404(ValueList, name=name), self.input(rows.ListBody)
        made = values.propose_list_values(
            value_list=found,
            values=[entry["value"] for entry in data["entries"]],
            expires={entry["value"]: entry["expires"] for entry in data["entries"] if "expires" in entry},
            lock_version=data["seen"],
            reason=data["reason"],
            by=self.by,
        )
        return Response(rows.ChangeDetail(_change(made.pk)).data, status=201)


@extend_schema_view(
    get=describe(
        "List the values of a list",
        answer=rows.EntryPage,
        parameters=PAGING,
        refusals=(404,),
        operation_id="value_lists_entries",
    )
)
class EntryList(ValueView):
    """Values in the order of their text, each with the day on which it ends."""

    filters = ONLY_PAGING

    def get(self, request: Request, name: str) -> Response:
        """A page. Raises Http404, ValidationError."""
        found = get_object_or_404(ValueList, name=name)
        now = set(found.values_on(clock.today()))
        page = self.page_of(map(str, found.values), key=str)
        told = [
            {"value": value, "expires": found.expires.get(value), "is_now": value in now}
            for value in page.rows
        ]
        return self.paged(told, page)


@extend_schema_view(
    post=describe(
        "Add a CSV of values to a list",
        answer=rows.ListFileAnswer,
        body={"multipart/form-data": rows.ListFileBody},
        parameters=[IF_MATCH],
        refusals=(404, 409, 428),
        operation_id="value_lists_file",
    )
)
class ListFile(ValueView):
    """Tells line by line what could be added, and with `apply=yes` proposes it."""

    permission = "rules.propose_rule"
    body_limit = LARGEST_FILE + _ENVELOPE
    parser_classes = (MultiPartParser,)  # type: ignore[assignment]

    def post(self, request: Request, name: str) -> Response:
        """Raises Http404, ValidationError, VersionRequired, RuleServiceError."""
        found, seen = get_object_or_404(ValueList, name=name), self.version()
        data: Any = self.input(rows.ListFileBody)
        if data["file"].size > LARGEST_FILE:
            raise self.wrong("file", _("The file is larger than 5 MB. Split it."))
        if why := refused_name(data["file"].name or ""):
            raise self.wrong("file", why)
        read = read_list_file(found, data["file"].read())
        change = None
        if data["apply"] == "yes" and read.count("accepted"):
            change = values.propose_list_values(
                value_list=found,
                values=read.values,
                expires=read.expires,
                lock_version=seen,
                reason=data["reason"],
                by=self.by,
            )
        counts = {f"n_{status}": read.count(status) for status in ("accepted", "duplicate", "refused")}
        lines = [row for row in read.rows if row.status != "accepted" or row.reason]
        told = {**counts, "lines": lines, "change": change.pk if change else None}
        return Response(rows.ListFileAnswer(told).data)


@extend_schema_view(
    get=describe(
        "List parameters",
        answer=rows.ParameterPage,
        parameters=[query("kind", "", enum=Parameter.Kind.values), *PAGING],
        operation_id="parameters_list",
    )
)
class ParameterList(ValueView):
    """Parameters by name; a rule names one as `$name`."""

    filters = ("kind", *ONLY_PAGING)

    def get(self, request: Request) -> Response:
        """A page. Raises ValidationError."""
        found = Parameter.objects.all()
        if kind := self.one_of("kind", Parameter.Kind.values):
            found = found.filter(kind=kind)
        page = self.page(found, by="name", ascending=True)
        return self.paged(rows.ParameterRow(page.rows, many=True).data, page)


@extend_schema_view(
    get=describe(
        "Read a parameter", answer=rows.ParameterDetail, refusals=(404,), operation_id="parameters_read"
    ),
    post=describe(
        "Propose a parameter's value",
        answer={201: rows.ChangeDetail},
        body=rows.ParameterBody,
        refusals=(404, 409),
        operation_id="parameters_propose",
    ),
)
class ParameterOne(ValueView):
    """A parameter with its dated values; earlier claims keep meeting the earlier value."""

    def get(self, request: Request, name: str) -> Response:
        """Raises Http404."""
        return Response(rows.ParameterDetail(get_object_or_404(Parameter, name=name)).data)

    def post(self, request: Request, name: str) -> Response:
        """Raises Http404, ValidationError, RuleServiceError."""
        require(self.by, "rules.propose_rule")
        found, data = get_object_or_404(Parameter, name=name), dict(self.input(rows.ParameterBody))
        value = typed_value(found.kind, data.pop("value"), "")
        data["currency"] = data["currency"].upper()
        made = values.propose_parameter_value(parameter=found, value=value, by=self.by, **data)
        return Response(rows.ChangeDetail(_change(made.pk)).data, status=201)


@extend_schema_view(
    get=describe(
        "List changes of lists and parameters",
        answer=rows.ValueChangePage,
        parameters=[
            query("state", "", enum=ValueChange.State.values),
            query("list", "Name of a list."),
            query("parameter", "Name of a parameter."),
            *PAGING,
        ],
        operation_id="value_changes_list",
    )
)
class ChangeList(ValueView):
    """What was proposed, newest first."""

    filters = ("state", "list", "parameter", *ONLY_PAGING)

    def get(self, request: Request) -> Response:
        """A page. Raises ValidationError."""
        asked = {
            "state": self.one_of("state", ValueChange.State.values),
            "value_list__name": self.param("list"),
            "parameter__name": self.param("parameter"),
        }
        found = _changes().filter(**{name: value for name, value in asked.items() if value})
        page = self.page(found, by="proposed_at")
        return self.paged(rows.ValueChangeRow(page.rows, many=True).data, page)


@extend_schema_view(
    get=describe(
        "Read a change of a list or parameter",
        answer=rows.ChangeDetail,
        refusals=(404,),
        operation_id="value_changes_read",
    )
)
class ChangeOne(ValueView):
    """A change with the values that come and go."""

    def get(self, request: Request, change_id: int) -> Response:
        """Raises Http404."""
        return Response(rows.ChangeDetail(_change(change_id)).data)


@extend_schema_view(
    post=describe(
        "Agree to a change of a list or parameter or return it",
        answer=rows.ChangeDetail,
        body=DecideReason,
        refusals=(404, 409),
        operation_id="value_changes_decide",
    )
)
class DecideChange(DecideView):
    """`approve` or `return`, with its `reason`, by somebody else than who proposed it. It counts from the next run on."""

    permission = "rules.activate_rule"

    row = rows.ChangeDetail

    def found(self) -> Any:
        return _changes()

    def agree(self, change: ValueChange, reason: str) -> object:
        return values.approve_value_change(change=change, by=self.by, reason=reason)

    def turn_down(self, change: ValueChange, reason: str) -> object:
        return values.return_value_change(change=change, by=self.by, reason=reason)


def _changes() -> Any:
    return ValueChange.objects.select_related("value_list", "parameter", "proposed_by", "decided_by")


def _change(change_id: int) -> ValueChange:
    found: ValueChange = get_object_or_404(_changes(), pk=change_id)
    return found
