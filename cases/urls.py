from django.urls import path

from cases.views import (
    actions,
    basis,
    bulk,
    by_hand,
    case,
    evidence,
    home,
    my,
    overview,
    queue,
    recovery,
    search,
)

app_name = "cases"

urlpatterns = [
    path("", home.home, name="home"),
    path("my/", my.requests, name="my-requests"),
    path("my/requests/<str:reference>/", my.by_request, name="my-by-request"),
    path("my/notices/<str:reference>/", my.request_page),
    path("my/<str:reference>/", my.request_page, name="my-request"),
    path("my/<str:reference>/draft/", my.save, name="my-save"),
    path("my/<str:reference>/<slug:name>/", my.step, name="my-step"),
    path("evidence/<str:reference>/", evidence.evidence, name="evidence"),
    path("search/", search.search, name="search"),
    path("reports/", overview.overview, name="overview"),
    path("queue/", queue.queue, name="queue"),
    path("queue/views/", queue.save_view, name="save-view"),
    path("queue/next/", actions.take_next, name="take-next"),
    path("queue/close/", bulk.close_selected, name="bulk-close"),
    path("cases/<str:reference>/", case.detail, name="detail"),
    path("cases/<str:reference>/request-text/", actions.request_text, name="request-text"),
    path("cases/<str:reference>/undo/", actions.undo, name="undo"),
    path("cases/<str:reference>/do/<slug:name>/", actions.act, name="act"),
    path("cases/<str:reference>/basis/<int:claim_id>/<path:name>/", basis.basis, name="basis"),
    path("cases/<str:reference>/preview/", queue.preview, name="preview"),
    path("claims/<int:claim_id>/case/", by_hand.open_case, name="open-case"),
    path("claims/<int:claim_id>/tip/", by_hand.record_tip, name="record-tip"),
    path("recovery/", recovery.ledger, name="ledger"),
    path("recovery/export/", recovery.export, name="ledger-export"),
    path("recovery/file/", recovery.reconcile, name="reconcile"),
    path("recovery/<str:reference>/", recovery.recovery, name="recovery"),
    path("recovery/<str:reference>/<slug:name>/", recovery.step, name="recovery-step"),
]
