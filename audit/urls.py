from django.urls import path

from audit import views

app_name = "audit"

urlpatterns = [
    path("", views.events, name="events"),
    path("verify/", views.verify, name="verify"),
    path("export/", views.export, name="export"),
    path("access/", views.accesses, name="accesses"),
]
