"""Single rules through the interface: read, draft, change; the same services as the workbench's pages."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from audit.language import current_language
from audit.permissions import require
from audit.transactions import one_transaction
from fraud.web.api import PAGING, FraudView, describe, query
from fraud.workbench.api import rule_rows as rows
from fraud.workbench.rule_hits import hits_by_version
from rules.exceptions import ValueNotValid
from rules.language import RuleNotValid
from rules.models import Rule, RuleVersion
from rules.services import drafts
from rules.services.codes import require_rule_code

_PEOPLE = ("created_by", "edited_by", "proposed_by", "activated_by", "retire_proposed_by")


class RuleView(FraudView):
    """What the endpoints share: a text that is no rule is refused beside the field `text`, a service's refusal in its own words."""

    permission = "rules.view_rule"

    def handle_exception(self, exc: Exception) -> Response:
        """The answer to a refusal."""
        return super().handle_exception(self.understood(exc))

    def understood(self, error: Exception) -> Exception:
        """A rule that is not valid as the refusal of its text."""
        if not isinstance(error, RuleNotValid):
            return error
        return self.wrong("text", "; ".join(one.message(current_language()) for one in error.problems))

    def rule(self, code: str) -> Rule:
        """Raises Http404."""
        found = _rules().filter(code=code).first()
        if found is None:
            raise Http404
        return found

    def one_version(self, code: str, number: int) -> RuleVersion:
        """Raises Http404."""
        found = RuleVersion.objects.select_related("rule", *_PEOPLE).filter(rule__code=code, number=number)
        version = found.first()
        if version is None:
            raise Http404
        return version

    def told(self, code: str) -> Response:
        """The rule as it is now."""
        context = {"hits": hits_by_version(rule_code=code)}
        return Response(rows.RuleDetail(self.rule(code), context=context).data)

    def told_version(self, code: str, number: int, status: int = 200) -> Response:
        """The version as it is now."""
        context = {"hits": hits_by_version(rule_code=code)}
        return Response(
            rows.VersionAnswer(self.one_version(code, number), context=context).data, status=status
        )


def _rules() -> QuerySet[Rule]:
    versions = RuleVersion.objects.select_related("rule", *_PEOPLE).order_by("-number")
    return Rule.objects.prefetch_related(Prefetch("versions", versions))


@extend_schema_view(
    get=describe(
        "List rules",
        answer=rows.RulePage,
        parameters=[
            query("q", "Part of the code or of a name."),
            query("group", "Rules of this group."),
            query("state", "Rules with a version in this state.", enum=rows.State.values),
            *PAGING,
        ],
        operation_id="rules_list",
    ),
    post=describe(
        "Draft a new rule",
        answer={201: rows.VersionAnswer},
        body=rows.RuleDraftBody,
        refusals=(409,),
        operation_id="rules_draft",
    ),
)
class RuleList(RuleView):
    """Rules by code. A draft counts for nothing before it is proposed and a second person has let it."""

    filters = ("q", "group", "state", "page_size", "cursor")

    def get(self, request: Request) -> Response:
        """A page. Raises ValidationError."""
        found = _rules()
        if asked := self.param("q"):
            found = found.filter(
                Q(code__icontains=asked) | Q(name_ko__icontains=asked) | Q(name_en__icontains=asked)
            )
        if group := self.param("group"):
            found = found.filter(group=group)
        if state := self.one_of("state", rows.State.values):
            found = found.filter(pk__in=RuleVersion.objects.filter(state=state).values("rule"))
        page = self.page(found, by="code", ascending=True)
        return self.paged(rows.RuleRow(page.rows, many=True, context={"hits": hits_by_version()}).data, page)

    def post(self, request: Request) -> Response:
        """The first draft. Raises ValidationError, RuleServiceError."""
        require(self.by, "rules.draft_rule")
        data = dict(self.input(rows.RuleDraftBody))
        data["code"] = code = data["code"].upper()
        try:
            require_rule_code(code)
        except ValueNotValid as error:
            raise self.wrong("code", str(error)) from error
        return self.told_version(code, drafts.draft_rule(by=self.by, **data).number, 201)


@extend_schema_view(
    get=describe("Read a rule", answer=rows.RuleDetail, refusals=(404,), operation_id="rules_read")
)
class RuleOne(RuleView):
    """A rule with its versions: what each says, who wrote, proposed and activated it, what it hit."""

    def get(self, request: Request, code: str) -> Response:
        """Raises Http404."""
        return self.told(code)


@extend_schema_view(
    post=describe(
        "Draft a new version of a rule",
        answer={201: rows.VersionAnswer},
        body=rows.VersionBody,
        refusals=(404, 409),
        operation_id="rule_versions_draft",
    )
)
class VersionList(RuleView):
    """One version is in work at a time; what counts goes on counting."""

    def post(self, request: Request, code: str) -> Response:
        """Raises Http404, ValidationError, RuleServiceError."""
        require(self.by, "rules.draft_rule")
        rule, data = self.rule(code), dict(self.input(rows.VersionBody))
        return self.told_version(code, drafts.begin_version(rule=rule, by=self.by, **data).number, 201)


@extend_schema_view(
    get=describe(
        "Read a version of a rule",
        answer=rows.VersionAnswer,
        refusals=(404,),
        operation_id="rule_versions_read",
    ),
    put=describe(
        "Change a draft",
        answer=rows.VersionAnswer,
        body=rows.DraftBody,
        refusals=(404, 409),
        operation_id="rule_versions_change",
    ),
)
class VersionOne(RuleView):
    """Changing a proposed version takes its proposal back: the approval would be for another text."""

    def get(self, request: Request, code: str, number: int) -> Response:
        """Raises Http404."""
        return self.told_version(code, number)

    def put(self, request: Request, code: str, number: int) -> Response:
        """Raises Http404, ValidationError, RuleServiceError."""
        require(self.by, "rules.draft_rule")
        version, data = self.one_version(code, number), dict(self.input(rows.DraftBody))
        asked = {name: data.pop(name) for name in ("question_ko", "question_en") if name in data}
        if len(asked) == 1:
            raise self.wrong(*_missing(asked))
        with one_transaction():
            drafts.edit_draft(version=version, lock_version=data.pop("seen"), by=self.by, **data)
            if asked:
                drafts.write_question(rule=version.rule, by=self.by, **asked)
        return self.told_version(code, number)


def _missing(asked: Collection[str]) -> tuple[str, str]:
    name = "question_en" if "question_ko" in asked else "question_ko"
    return name, _("Give the question in both languages.")
