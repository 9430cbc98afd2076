from django.urls import path

from fraud.views import shell

app_name = "fraud"

urlpatterns = [
    path("healthz", shell.healthz, name="healthz"),
    path("preferences/", shell.set_preferences, name="set-preferences"),
]
