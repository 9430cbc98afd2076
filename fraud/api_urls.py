from django.urls import path

from fraud.claims.api import deliveries, money_back, outcomes, people, uploads
from fraud.detection.api import claims, runs
from fraud.workbench.api import book

urlpatterns = [
    path("claims/", claims.ClaimList.as_view(), name="api-claims"),
    path("claims/<int:claim_id>/", claims.ClaimOne.as_view(), name="api-claim"),
    path("deliveries/", deliveries.DeliveryList.as_view(), name="api-deliveries"),
    path("deliveries/<str:reference>/", deliveries.DeliveryOne.as_view(), name="api-delivery"),
    path("deliveries/<str:reference>/rejects/", deliveries.RejectList.as_view(), name="api-rejects"),
    path("money-back/", money_back.MoneyBackList.as_view(), name="api-money-back"),
    path("money-back/<int:claim_id>/", money_back.MoneyBackDetail.as_view(), name="api-money-back-one"),
    path("money-back/<int:claim_id>/link/", money_back.LinkMoneyBack.as_view(), name="api-money-back-link"),
    path(
        "money-back/<int:claim_id>/dismiss/",
        money_back.DismissMoneyBack.as_view(),
        name="api-money-back-dismiss",
    ),
    path(
        "money-back/<int:claim_id>/unlink/",
        money_back.UnlinkMoneyBack.as_view(),
        name="api-money-back-unlink",
    ),
    path("outcomes/", outcomes.DeliverOutcomes.as_view(), name="api-outcomes"),
    path("people/<slug:feed>/", people.PeopleFeed.as_view(), name="api-people-feed"),
    path("rules/book/", book.RuleBook.as_view(), name="api-rule-book"),
    path("runs/", runs.RunList.as_view(), name="api-runs"),
    path("runs/<str:reference>/", runs.RunOne.as_view(), name="api-run"),
    path("uploads/", uploads.BeginUploads.as_view(), name="api-uploads"),
    path("uploads/<str:reference>/", uploads.OneUpload.as_view(), name="api-upload"),
    path("uploads/<str:reference>/finish/", uploads.FinishUpload.as_view(), name="api-upload-finish"),
]
