from django.urls import path

from fraud.claims.api import deliveries
from fraud.detection.api import claims, runs

urlpatterns = [
    path("claims/", claims.ClaimList.as_view(), name="api-claims"),
    path("claims/<int:claim_id>/", claims.ClaimOne.as_view(), name="api-claim"),
    path("deliveries/", deliveries.DeliveryList.as_view(), name="api-deliveries"),
    path("deliveries/<str:reference>/", deliveries.DeliveryOne.as_view(), name="api-delivery"),
    path("deliveries/<str:reference>/rejects/", deliveries.RejectList.as_view(), name="api-rejects"),
    path("runs/", runs.RunList.as_view(), name="api-runs"),
    path("runs/<str:reference>/", runs.RunOne.as_view(), name="api-run"),
]
