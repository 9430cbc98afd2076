"""Entries of statements: what is open with its proposals, and placing, setting aside and taking up; profiles of tables."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record_access
from cases.actions.fields import AMOUNT_MAX
from cases.actions.rows import minor_of
from cases.api.base import CaseworkView, describe
from cases.models import StatementEntry, StatementProfile
from cases.pages.entries import VIEWS, EntryRow, entries, entry_rows
from cases.services.statement_steps import (
    call_entry_the_same,
    match_entry,
    save_statement_profile,
    set_entry_aside,
    take_entry_up,
)
from cases.visibility import find_entry
from fraud.web.api import ONLY_PAGING, PAGING, query
from fraud.web.api_money import Amount, decimal_text
from fraud.web.api_strict import StrictCharField, StrictSerializer


class ProposalRow(serializers.Serializer):
    case = serializers.CharField()
    amount = serializers.CharField()
    confidence = serializers.ChoiceField(["high", "medium", "low"])
    reasons = serializers.ListField(child=serializers.CharField())


class StatementEntryRow(serializers.ModelSerializer):
    """An entry; `left` is what of it is still to be placed, `standing` says in words how it stands."""

    number = serializers.IntegerField(source="pk")
    file = serializers.CharField(source="file.name")
    kind = serializers.CharField(source="file.kind")
    amount = Amount("amount_minor")
    left = serializers.SerializerMethodField()
    standing = serializers.SerializerMethodField()
    looks_like = serializers.IntegerField(source="twin_id", allow_null=True)
    proposals = serializers.SerializerMethodField()

    class Meta:
        model = StatementEntry
        # fmt: off
        fields = (
            "number", "file", "kind", "reference", "booked_on", "amount", "currency", "is_reversal", "method", "text", "payer",
            "payer_end", "account_end", "employee_no", "left", "standing", "looks_like", "proposals",
        )
        # fmt: on

    def _row(self, entry: StatementEntry) -> EntryRow:
        found: EntryRow = self.context["rows"][entry.pk]
        return found

    def get_left(self, entry: StatementEntry) -> str:
        """What of the entry is still to be placed."""
        return decimal_text(self._row(entry).left_minor, entry.currency)

    def get_standing(self, entry: StatementEntry) -> str:
        """How the entry stands, in words."""
        return self._row(entry).standing

    def get_proposals(self, entry: StatementEntry) -> list[dict[str, Any]]:
        """The recoveries it may belong to, the likeliest first."""
        return [
            {
                "case": one.case,
                "amount": decimal_text(one.amount_minor, entry.currency),
                "confidence": one.confidence,
                "reasons": list(one.reasons),
            }
            for one in self._row(entry).proposals
        ]


class StatementEntryPage(serializers.Serializer):
    """A page of entries; `next` is the cursor of the following one, null on the last."""

    results = StatementEntryRow(many=True)
    next = serializers.CharField(allow_null=True)


class MatchBody(StrictSerializer):
    case = StrictCharField(max_length=20)
    amount = StrictCharField(max_length=AMOUNT_MAX, required=False)


class AsideBody(StrictSerializer):
    reason = StrictCharField(max_length=300)


class ProfileBody(StrictSerializer):
    """`spec`: `columns` ({field: header or list of headers}), `date_form`, `decimal`, `thousands`, `currency`."""

    name = StrictCharField(max_length=60)
    spec = serializers.DictField()


class ProfileRow(serializers.Serializer):
    name = serializers.CharField()
    spec = serializers.DictField()


class ProfileList(serializers.Serializer):
    results = ProfileRow(many=True)
    next = serializers.CharField(allow_null=True)


class _EntryView(CaseworkView):
    def entry(self, number: int) -> StatementEntry:
        """The entry of the address. Raises Http404."""
        return find_entry(number, self.by, trying=self.permission if self.request.method == "POST" else "")

    def told(self, found: list[StatementEntry]) -> list[dict[str, Any]]:
        """The entries as they stand now."""
        rows = {row.entry.pk: row for row in entry_rows(found, self.by)}
        data: list[dict[str, Any]] = StatementEntryRow(found, many=True, context={"rows": rows}).data  # type: ignore[assignment]
        return data

    def answer(self, number: int) -> Response:
        """One entry as it stands now."""
        return Response(self.told([find_entry(number, self.by)])[0])


class _EntryStep(_EntryView):
    told_anew = "number"

    def tell_again(self, kept: Any, *, status: int) -> Response:
        """The entry as it stands. Raises Http404 when it is not theirs to see any more."""
        return self.answer(kept["number"])


FILTERS = [query("view", "Default `open`.", enum=list(VIEWS)), *PAGING]


@extend_schema_view(
    get=describe(
        "List entries of statements",
        answer=StatementEntryPage,
        parameters=FILTERS,
        operation_id="entries_list",
    )
)
class EntryList(_EntryView):
    """Entries without those of cases the caller is involved in, keyset paged."""

    permission = "cases.view_recovery"
    filters = tuple(one.name for one in FILTERS)

    def get(self, request: Request) -> Response:
        page = self.page(entries(self.by, self.one_of("view", VIEWS, "open")), by="booked_on")
        record_access(request=request._request, subject="recoveries", what="entry_list")
        return Response({"results": self.told(page.rows), "next": page.next_cursor or None})


@extend_schema_view(get=describe("Read an entry of a statement", answer=StatementEntryRow))
class EntryRead(_EntryView):
    permission = "cases.view_recovery"

    def get(self, request: Request, number: int) -> Response:
        return self.answer(number)


@extend_schema_view(
    post=describe(
        "Place an entry on a recovery, or take its posting back", answer=StatementEntryRow, body=MatchBody
    )
)
class MatchEntry(_EntryStep):
    permission = "cases.post_recovery"

    def post(self, request: Request, number: int) -> Response:
        entry, data = self.entry(number), self.input(MatchBody)
        minor = minor_of(data["amount"], entry.currency, field="amount") if data.get("amount") else None
        match_entry(entry=entry, case=data["case"], by=self.by, amount_minor=minor)
        return self.answer(number)


@extend_schema_view(
    post=describe("Set an entry aside: no repayment", answer=StatementEntryRow, body=AsideBody)
)
class SetEntryAside(_EntryStep):
    permission = "cases.post_recovery"

    def post(self, request: Request, number: int) -> Response:
        set_entry_aside(entry=self.entry(number), reason=self.input(AsideBody)["reason"], by=self.by)
        return self.answer(number)


class _NoBody(StrictSerializer):
    """No fields."""


@extend_schema_view(
    post=describe(
        "Say that another file told the same entry under another id", answer=StatementEntryRow, body=_NoBody
    )
)
class SameEntry(_EntryStep):
    permission = "cases.post_recovery"

    def post(self, request: Request, number: int) -> Response:
        self.input(_NoBody)
        call_entry_the_same(entry=self.entry(number), by=self.by)
        return self.answer(number)


@extend_schema_view(
    post=describe("Put an entry set aside back on the list", answer=StatementEntryRow, body=_NoBody)
)
class TakeEntryUp(_EntryStep):
    permission = "cases.post_recovery"

    def post(self, request: Request, number: int) -> Response:
        self.input(_NoBody)
        take_entry_up(entry=self.entry(number), by=self.by)
        return self.answer(number)


@extend_schema_view(
    get=describe(
        "List profiles of statement tables",
        answer=ProfileList,
        parameters=PAGING,
        operation_id="statement_profiles_list",
    ),
    post=describe("Save a profile of statement tables", answer=ProfileRow, body=ProfileBody),
)
class Profiles(_EntryView):
    """Saving one of the same name replaces it."""

    permission = "cases.post_recovery"
    filters = ONLY_PAGING

    def get(self, request: Request) -> Response:
        page = self.page(StatementProfile.objects.order_by(), by="name", ascending=True)
        return self.paged(ProfileRow(page.rows, many=True).data, page)

    def post(self, request: Request) -> Response:
        data = self.input(ProfileBody)
        row = save_statement_profile(name=data["name"], spec=data["spec"], by=self.by)
        return Response({"name": row.name, "spec": row.spec})
