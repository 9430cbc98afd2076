from django.urls import path

from fraud.api import claims, runs

urlpatterns = [
    path("claims/", claims.ClaimList.as_view(), name="api-claims"),
    path("claims/<int:claim_id>/", claims.ClaimOne.as_view(), name="api-claim"),
    path("runs/", runs.RunList.as_view(), name="api-runs"),
    path("runs/<str:reference>/", runs.RunOne.as_view(), name="api-run"),
]
