from django.urls import path

from cases.views import case, evidence, home, my, queue

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
    path("queue/", queue.queue, name="queue"),
    path("queue/views/", queue.save_view, name="save-view"),
    path("cases/<str:reference>/", case.detail, name="detail"),
    path("cases/<str:reference>/preview/", queue.preview, name="preview"),
]
