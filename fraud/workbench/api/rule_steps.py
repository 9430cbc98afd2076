"""Steps on single rules through the interface: propose, decide, widen, stop; the same services as the workbench's pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.permissions import require
from fraud.web.api import describe
from fraud.workbench.api import rule_rows as rows
from fraud.workbench.api.rules import RuleView
from fraud.workbench.backtest import backtest_rule
from rules.models import Rule, RuleVersion
from rules.services import activation, drafts, rolling_out, turning_off


class VersionStep(RuleView):
    """A step on a version; answers with the version as it is then."""

    body: type[serializers.Serializer] = rows.VersionReason

    def post(self, request: Request, code: str, number: int) -> Response:
        """Raises Http404, ValidationError, NotPermitted, RuleServiceError."""
        version = self.one_version(code, number)
        self.step(version, dict(self.input(self.body)))
        return self.told_version(code, number)

    def step(self, version: RuleVersion, data: dict[str, Any]) -> None:
        raise NotImplementedError


def _of_version(summary: str, name: str, body: Any = rows.VersionReason) -> Any:
    return extend_schema_view(
        post=describe(
            summary,
            answer=rows.VersionAnswer,
            body=body,
            refusals=(404, 409),
            operation_id=f"rule_versions_{name}",
        )
    )


@_of_version("Propose a draft", "propose", rows.RuleProposalBody)
class ProposeVersion(VersionStep):
    """Counts first what the draft hits on the last 90 days, as the page does; that takes seconds."""

    body = rows.RuleProposalBody

    def step(self, version: RuleVersion, data: dict[str, Any]) -> None:
        require(self.by, "rules.propose_rule")
        data["confirmation"] = data["confirmation"].strip().upper()
        rate = backtest_rule(text=version.text, by=self.by).hit_rate
        drafts.propose_version(version=version, by=self.by, hit_rate=rate, **data)


@_of_version("Activate a version", "activate", rows.ActivationBody)
class ActivateVersion(VersionStep):
    """By somebody who neither wrote nor proposed it; it counts from the next run on, for a share of the cardholders where one is given."""

    body = rows.ActivationBody

    def step(self, version: RuleVersion, data: dict[str, Any]) -> None:
        activation.activate_version(version=version, by=self.by, **data)


@_of_version("Let a version run in shadow", "shadow")
class ShadowVersion(VersionStep):
    """By somebody who neither wrote nor proposed it: its hits are kept and open no case."""

    def step(self, version: RuleVersion, data: dict[str, Any]) -> None:
        activation.shadow_version(version=version, by=self.by, **data)


@_of_version("Return a proposed version", "return")
class ReturnVersion(VersionStep):
    """By somebody who neither wrote nor proposed it."""

    def step(self, version: RuleVersion, data: dict[str, Any]) -> None:
        drafts.return_version(version=version, by=self.by, **data)


@_of_version("Widen the share a version counts for", "widen", rows.WideningBody)
class WidenVersion(VersionStep):
    """By somebody who neither wrote nor proposed it; never to fewer."""

    body = rows.WideningBody

    def step(self, version: RuleVersion, data: dict[str, Any]) -> None:
        rolling_out.widen_rule(version=version, by=self.by, **data)


@_of_version("Discard a draft", "discard")
class DiscardVersion(VersionStep):
    """It stays readable as a retired version."""

    def step(self, version: RuleVersion, data: dict[str, Any]) -> None:
        drafts.discard_draft(version=version, by=self.by, **data)


class RuleStep(RuleView):
    """A step on what runs of a rule; answers with the rule as it is then."""

    def post(self, request: Request, code: str) -> Response:
        """Raises Http404, ValidationError, NotPermitted, RuleServiceError."""
        rule = self.rule(code)
        self.step(rule, dict(self.input(rows.RuleReason)))
        return self.told(code)

    def step(self, rule: Rule, data: dict[str, Any]) -> None:
        raise NotImplementedError


def _of_rule(summary: str, name: str) -> Any:
    return extend_schema_view(
        post=describe(
            summary,
            answer=rows.RuleDetail,
            body=rows.RuleReason,
            refusals=(404, 409),
            operation_id=f"rules_{name}",
        )
    )


@_of_rule("Propose that a rule stops", "propose_retirement")
class ProposeRetirement(RuleStep):
    """It counts on until somebody else agrees."""

    def step(self, rule: Rule, data: dict[str, Any]) -> None:
        turning_off.propose_retirement(rule=rule, by=self.by, **data)


@_of_rule("Stop a rule", "retire")
class RetireRule(RuleStep):
    """Agrees to what another proposed: it stops from the next run on."""

    def step(self, rule: Rule, data: dict[str, Any]) -> None:
        turning_off.retire_rule(rule=rule, by=self.by, **data)


@_of_rule("Let a rule go on", "keep")
class KeepRule(RuleStep):
    """Returns what another proposed: the rule goes on counting."""

    def step(self, rule: Rule, data: dict[str, Any]) -> None:
        turning_off.return_retirement(rule=rule, by=self.by, **data)
