from django.urls import path

from fraud.views import claims, runs, shell

app_name = "fraud"

urlpatterns = [
    path("healthz", shell.healthz, name="healthz"),
    path("preferences/", shell.set_preferences, name="set-preferences"),
    path("claims/", claims.claim_list, name="claims"),
    path("claims/export/", claims.export_claims, name="export-claims"),
    path("claims/<int:claim_id>/", claims.claim_page, name="claim"),
    path("runs/", runs.run_list, name="runs"),
    path("runs/<str:reference>/", runs.run_page, name="run"),
]
