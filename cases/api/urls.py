from collections.abc import Mapping

from django.urls import path
from django.urls.resolvers import URLPattern
from rest_framework.views import APIView

from cases.actions.casework import CASE_ACTIONS
from cases.actions.opening import BULK_ROWS, BULK_UNDO
from cases.actions.person import PERSON_ACTIONS
from cases.actions.recovery import RECOVERY_ACTIONS
from cases.api import (
    actions,
    approvals,
    assurance,
    calendar,
    decisions,
    dossier,
    entries,
    evidence,
    figures,
    health,
    held_back,
    list_exports,
    mail_texts,
    mails,
    my,
    nights,
    notices,
    own_data,
    precheck,
    queue,
    recovery,
    rule_load,
    rule_operation,
    saved_views,
    scores,
    webhooks,
    work,
)

app_name = "cases-api"

# Steps on one case: /cases/<reference>/<name>/
STEPS: dict[str, type[APIView]] = {
    "timeline": queue.CaseTimeline,
    "undo": actions.Undo,
    "request-text": decisions.PreviewRequest,
    **{name: actions.case_step(row) for name, row in CASE_ACTIONS.items()},
}
# Steps on one recovery: /recoveries/<reference>/<name>/; those on one posting name it before.
RECOVERY_VIEWS = {name: actions.recovery_step(row) for name, row in RECOVERY_ACTIONS.items()}
ON_POSTINGS = ("reverse", "confirm")
RECOVERY_STEPS: dict[str, type[APIView]] = {
    name: view for name, view in RECOVERY_VIEWS.items() if name not in ON_POSTINGS
}


def _steps(prefix: str, views: Mapping[str, type[APIView]]) -> list[URLPattern]:
    return [
        path(f"{prefix}/<str:reference>/{name}/", view.as_view(), name=f"{prefix}-{name}")
        for name, view in views.items()
    ]


urlpatterns = [
    path("cases/", queue.CaseList.as_view(), name="cases"),
    path("cases/open/", queue.OpenCase.as_view(), name="cases-open"),
    path("cases/take-next/", queue.TakeNext.as_view(), name="cases-take-next"),
    path("cases/bulk-close/", decisions.BulkClose.as_view(), name="cases-bulk-close"),
    *(
        path(f"cases/bulk-{name}/", decisions.bulk_step(row).as_view(), name=f"cases-bulk-{name}")
        for name, row in BULK_ROWS.items()
    ),
    path("cases/bulk-undo/", decisions.bulk_step(BULK_UNDO).as_view(), name="cases-bulk-undo"),
    path("cases/views/", saved_views.SavedViewList.as_view(), name="saved-views"),
    path("cases/views/<str:name>/", saved_views.SavedViewOne.as_view(), name="saved-view"),
    path("cases/held-back/", held_back.HeldBackList.as_view(), name="cases-held-back"),
    path("cases/<str:reference>/", queue.CaseRead.as_view(), name="case"),
    path("cases/<str:reference>/dossier/", dossier.ExportDossier.as_view(), name="case-dossier"),
    *_steps("cases", STEPS),
    path("reports/assurance/", assurance.Assurance.as_view(), name="assurance"),
    path("reports/assurance/export/", assurance.ExportAssurance.as_view(), name="assurance-export"),
    path("reports/figures/<slug:code>/", figures.Figure.as_view(), name="figure"),
    path("reports/figures/<slug:code>/export/", figures.ExportFigure.as_view(), name="figure-export"),
    path("reports/export/", assurance.ExportFigures.as_view(), name="reports-export"),
    path("rules/case-load/", rule_load.RuleLoad.as_view(), name="rule-load"),
    path("rules/case-load/<slug:number>/", rule_load.RuleLoadLater.as_view(), name="rule-load-later"),
    path("scores/export/", scores.ExportScores.as_view(), name="scores-export"),
    path("tips/", decisions.Tip.as_view(), name="tips"),
    path("evidence/<str:evidence>/", evidence.OpenEvidence.as_view(), name="evidence"),
    path("approvals/", approvals.ApprovalList.as_view(), name="approvals"),
    path("nights/", nights.StartNight.as_view(), name="nights-start"),
    *_steps("runs", nights.STEPS),
    path("health/", health.HealthRead.as_view(), name="health"),
    path("webhooks/", webhooks.Webhooks.as_view(), name="webhooks"),
    path(
        "webhooks/messages/<int:number>/send-again/",
        webhooks.SendMessageAgain.as_view(),
        name="webhook-again",
    ),
    *(
        path(f"webhooks/<int:number>/{name}/", view.as_view(), name=f"webhooks-{name}")
        for name, view in webhooks.STEPS.items()
    ),
    path("mail/", mails.MailList.as_view(), name="mail"),
    path("calendar/", calendar.CalendarYear.as_view(), name="calendar"),
    path("calendar/changes/<int:number>/approve/", calendar.ApproveDay.as_view(), name="calendar-approve"),
    path("calendar/changes/<int:number>/return/", calendar.ReturnDay.as_view(), name="calendar-return"),
    path("mail/texts/", mail_texts.TextList.as_view(), name="mail-texts"),
    path(
        "mail/texts/changes/<int:number>/approve/", mail_texts.ApproveText.as_view(), name="mail-text-approve"
    ),
    path("mail/texts/changes/<int:number>/return/", mail_texts.ReturnText.as_view(), name="mail-text-return"),
    path("mail/texts/<str:mail>/<str:language>/", mail_texts.TextOne.as_view(), name="mail-text"),
    path(
        "mail/texts/<str:mail>/<str:language>/preview/",
        mail_texts.TextPreview.as_view(),
        name="mail-text-preview",
    ),
    path("mail/<int:number>/send-again/", mails.SendAgain.as_view(), name="mail-send-again"),
    path("mail/<int:number>/told/", mails.ToldOtherwise.as_view(), name="mail-told"),
    path("recoveries/", recovery.RecoveryList.as_view(), name="recoveries"),
    path("recoveries/export/", list_exports.ExportLedger.as_view(), name="recoveries-export"),
    path("labels/export/", list_exports.ExportLabels.as_view(), name="labels-export"),
    path("recoveries/import/", recovery.ImportPostings.as_view(), name="recoveries-import"),
    path("recoveries/entries/", entries.EntryList.as_view(), name="entries"),
    path("recoveries/entries/profiles/", entries.Profiles.as_view(), name="entries-profiles"),
    path("recoveries/entries/<int:number>/", entries.EntryRead.as_view(), name="entry"),
    path("recoveries/entries/<int:number>/match/", entries.MatchEntry.as_view(), name="entry-match"),
    path(
        "recoveries/entries/<int:number>/set-aside/", entries.SetEntryAside.as_view(), name="entry-set-aside"
    ),
    path("recoveries/entries/<int:number>/same/", entries.SameEntry.as_view(), name="entry-same"),
    path("recoveries/entries/<int:number>/take-up/", entries.TakeEntryUp.as_view(), name="entry-take-up"),
    path("recoveries/<str:reference>/", recovery.RecoveryRead.as_view(), name="recovery"),
    *_steps("recoveries", RECOVERY_STEPS),
    *(
        path(
            f"recoveries/<str:reference>/postings/<int:number>/{name}/",
            RECOVERY_VIEWS[name].as_view(),
            name=f"recoveries-{name}",
        )
        for name in ON_POSTINGS
    ),
    path("my/data/", own_data.ExportOwnData.as_view(), name="my-data"),
    path("notices/", notices.NoticeList.as_view(), name="notices"),
    path("notices/read/", notices.ReadNotices.as_view(), name="notices-read"),
    path("notices/choices/", notices.NoticeChoices.as_view(), name="notices-choices"),
    path("notices/<int:number>/read/", notices.ReadNotice.as_view(), name="notice-read"),
    path("workload/", work.WorkList.as_view(), name="workload"),
    path("workload/<str:username>/", work.WorkOne.as_view(), name="workload-one"),
    path("late-cases/", work.LateList.as_view(), name="late-cases"),
    path("precheck/", precheck.PrecheckClaim.as_view(), name="precheck"),
    path("my/requests/", my.MyRequestList.as_view(), name="my-requests"),
    path("my/requests/<str:reference>/", my.MyRequestRead.as_view(), name="my-request"),
    path("my/requests/<str:reference>/draft/", my.SaveDraft.as_view(), name="my-draft"),
    path(
        "my/requests/<str:reference>/answer/",
        my.request_step(PERSON_ACTIONS["answer"]).as_view(),
        name="my-answer",
    ),
    path(
        "my/requests/<str:reference>/extension/",
        my.request_step(PERSON_ACTIONS["extension"]).as_view(),
        name="my-extension",
    ),
    path("my/requests/<str:reference>/evidence/", evidence.SendEvidence.as_view(), name="my-evidence"),
    path(
        "my/requests/<str:reference>/evidence/<str:evidence>/",
        evidence.WithdrawEvidence.as_view(),
        name="my-evidence-withdraw",
    ),
    path("my/notices/", my.MyNoticeList.as_view(), name="my-notices"),
    path("my/notices/<str:reference>/", my.MyNoticeRead.as_view(), name="my-notice"),
    path(
        "my/notices/<str:reference>/accept/",
        my.notice_step(PERSON_ACTIONS["accept"]).as_view(),
        name="my-accept",
    ),
    path(
        "my/notices/<str:reference>/appeal/",
        my.notice_step(PERSON_ACTIONS["appeal"]).as_view(),
        name="my-appeal",
    ),
    path("my/notices/<str:reference>/appeal-draft/", my.SaveAppealDraft.as_view(), name="my-appeal-draft"),
    path(
        "my/notices/<str:reference>/evidence/",
        evidence.SendAppealEvidence.as_view(),
        name="my-appeal-evidence",
    ),
    path(
        "my/notices/<str:reference>/evidence/<str:evidence>/",
        evidence.WithdrawAppealEvidence.as_view(),
        name="my-appeal-evidence-withdraw",
    ),
    path("my/notices/<str:reference>/consent/", my.Consent.as_view(), name="my-consent"),
    path("rules/to-look-at/", rule_operation.RulesToLookAt.as_view(), name="rules-to-look-at"),
    path("rules/<str:code>/operation/", rule_operation.RuleOperation.as_view(), name="rule-operation"),
    path("rules/<str:code>/operation/misses/", rule_operation.RuleMisses.as_view(), name="rule-misses"),
]
