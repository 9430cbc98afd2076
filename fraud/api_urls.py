from django.urls import path

from fraud.claims.api import deliveries, money_back, outcomes, people, receipts, uploads
from fraud.company import api as company
from fraud.detection.api import claims, runs, suppressions
from fraud.learning.api import mined_rules
from fraud.people.api import logins
from fraud.workbench.api import book, policy, rolling_back, rule_steps, rules, values, wording, writing

urlpatterns = [
    path("claims/", claims.ClaimList.as_view(), name="api-claims"),
    path("claims/<int:claim_id>/", claims.ClaimOne.as_view(), name="api-claim"),
    path("claims/<int:claim_id>/receipts/", receipts.ClaimReceipts.as_view(), name="api-claim-receipts"),
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
    path("logins/", logins.LoginList.as_view(), name="api-logins"),
    path("logins/<int:login_id>/", logins.LoginOne.as_view(), name="api-login"),
    path("logins/<int:login_id>/give-role/", logins.GiveRole.as_view(), name="api-give-role"),
    path("logins/<int:login_id>/take-role/", logins.TakeRole.as_view(), name="api-take-role"),
    path("logins/<int:login_id>/units/", logins.GiveUnits.as_view(), name="api-give-units"),
    path("logins/<int:login_id>/return/", logins.ReturnLogin.as_view(), name="api-return-login"),
    path("logins/<int:login_id>/end/", logins.EndLogin.as_view(), name="api-end-login"),
    path("logins/<int:login_id>/sign-out/", logins.SignOut.as_view(), name="api-sign-out"),
    path(
        "logins/<int:login_id>/drop-second-step/",
        logins.DropSecondStep.as_view(),
        name="api-drop-second-step",
    ),
    path("logins/<int:login_id>/invite-again/", logins.InviteAgain.as_view(), name="api-invite-again"),
    path("access-changes/", logins.ChangeList.as_view(), name="api-access-changes"),
    path(
        "access-changes/<int:change_id>/<slug:name>/", logins.DecideChange.as_view(), name="api-decide-access"
    ),
    path("units/", logins.UnitList.as_view(), name="api-units"),
    path("rules/", rules.RuleList.as_view(), name="api-rules"),
    path("rules/words/", writing.RuleWords.as_view(), name="api-rule-words"),
    path("rules/read/", writing.RuleRead.as_view(), name="api-rule-read"),
    path("rules/try/", writing.RuleTry.as_view(), name="api-rule-try"),
    path("rules/policy/", policy.PolicyDocument.as_view(), name="api-policy"),
    path(
        "rules/policy/changes/<int:change_id>/<slug:name>/",
        policy.DecidePolicy.as_view(),
        name="api-decide-policy",
    ),
    path("rules/wording/", wording.Wording.as_view(), name="api-wording"),
    path(
        "rules/wording/changes/<int:change_id>/<slug:name>/",
        wording.DecideWording.as_view(),
        name="api-decide-wording",
    ),
    path("rules/book/", book.RuleBook.as_view(), name="api-rule-book"),
    path("rules/searches/", mined_rules.SearchList.as_view(), name="api-rule-searches"),
    path("rules/searches/<int:number>/", mined_rules.SearchDetail.as_view(), name="api-rule-search"),
    path(
        "rules/searches/<int:number>/cancel/",
        mined_rules.CancelSearch.as_view(),
        name="api-rule-search-cancel",
    ),
    path(
        "rules/searches/<int:number>/draft/",
        mined_rules.DraftCandidate.as_view(),
        name="api-rule-search-draft",
    ),
    path(
        "rules/suppressions/<int:number>/<slug:name>/",
        suppressions.DecideSuppression.as_view(),
        name="api-suppression-step",
    ),
    path("rules/values/lists/", values.ListList.as_view(), name="api-value-lists"),
    path("rules/values/lists/<str:name>/", values.ListOne.as_view(), name="api-value-list"),
    path("rules/values/lists/<str:name>/entries/", values.EntryList.as_view(), name="api-value-list-entries"),
    path("rules/values/lists/<str:name>/file/", values.ListFile.as_view(), name="api-value-list-file"),
    path("rules/values/parameters/", values.ParameterList.as_view(), name="api-parameters"),
    path("rules/values/parameters/<str:name>/", values.ParameterOne.as_view(), name="api-parameter"),
    path("rules/values/changes/", values.ChangeList.as_view(), name="api-value-changes"),
    path("rules/values/changes/<int:change_id>/", values.ChangeOne.as_view(), name="api-value-change"),
    path(
        "rules/values/changes/<int:change_id>/<slug:name>/",
        values.DecideChange.as_view(),
        name="api-decide-value-change",
    ),
    path("rules/<str:code>/roll-back/", rolling_back.RollBack.as_view(), name="api-rule-roll-back"),
    path("rules/<str:code>/suppressions/", suppressions.SuppressionList.as_view(), name="api-suppressions"),
    path("rules/<str:code>/", rules.RuleOne.as_view(), name="api-rule"),
    path(
        "rules/<str:code>/propose-retirement/",
        rule_steps.ProposeRetirement.as_view(),
        name="api-rule-propose-retirement",
    ),
    path("rules/<str:code>/retire/", rule_steps.RetireRule.as_view(), name="api-rule-retire"),
    path("rules/<str:code>/keep/", rule_steps.KeepRule.as_view(), name="api-rule-keep"),
    path("rules/<str:code>/versions/", rules.VersionList.as_view(), name="api-rule-versions"),
    path("rules/<str:code>/versions/<int:number>/", rules.VersionOne.as_view(), name="api-rule-version"),
    path(
        "rules/<str:code>/versions/<int:number>/propose/",
        rule_steps.ProposeVersion.as_view(),
        name="api-rule-version-propose",
    ),
    path(
        "rules/<str:code>/versions/<int:number>/activate/",
        rule_steps.ActivateVersion.as_view(),
        name="api-rule-version-activate",
    ),
    path(
        "rules/<str:code>/versions/<int:number>/shadow/",
        rule_steps.ShadowVersion.as_view(),
        name="api-rule-version-shadow",
    ),
    path(
        "rules/<str:code>/versions/<int:number>/return/",
        rule_steps.ReturnVersion.as_view(),
        name="api-rule-version-return",
    ),
    path(
        "rules/<str:code>/versions/<int:number>/widen/",
        rule_steps.WidenVersion.as_view(),
        name="api-rule-version-widen",
    ),
    path(
        "rules/<str:code>/versions/<int:number>/discard/",
        rule_steps.DiscardVersion.as_view(),
        name="api-rule-version-discard",
    ),
    path("runs/", runs.RunList.as_view(), name="api-runs"),
    path("runs/<str:reference>/", runs.RunOne.as_view(), name="api-run"),
    path("settings/", company.SettingsRead.as_view(), name="api-settings"),
    path("uploads/", uploads.BeginUploads.as_view(), name="api-uploads"),
    path("uploads/<str:reference>/", uploads.OneUpload.as_view(), name="api-upload"),
    path("uploads/<str:reference>/finish/", uploads.FinishUpload.as_view(), name="api-upload-finish"),
]
