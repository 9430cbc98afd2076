from django.urls import path

from fraud.claims.views import (
    accounts,
    assistant,
    exemptions,
    files,
    money_back,
    outcomes,
    people,
    profiles,
    receipts,
)
from fraud.company import pages as settings
from fraud.detection.views import claims, runs, suppressions
from fraud.learning.views import evaluations, experiments, mined_rules, threshold
from fraud.learning.views import versions as detection
from fraud.people.views import people as logins
from fraud.people.views import reviews
from fraud.web import shell
from fraud.workbench.views import policy, rule_gallery, rule_values, rule_writing, rules, wording

app_name = "fraud"

urlpatterns = [
    path("healthz", shell.healthz, name="healthz"),
    path("preferences/", shell.set_preferences, name="set-preferences"),
    path("claims/", claims.claim_list, name="claims"),
    path("claims/export/", claims.export_claims, name="export-claims"),
    path("claims/<int:claim_id>/", claims.claim_page, name="claim"),
    path("claims/<int:claim_id>/receipts/", receipts.receipt_form, name="add-receipt"),
    path("runs/", runs.run_list, name="runs"),
    path("runs/<str:reference>/", runs.run_page, name="run"),
    path("files/", files.file_list, name="files"),
    path("files/upload/", files.upload_file, name="upload-file"),
    path("files/people/", people.people_feeds, name="people-feeds"),
    path("files/people/send/", people.send_feed, name="send-feed"),
    path("files/assistant/", assistant.assistant_page, name="assistant"),
    path("files/profiles/", profiles.profile_list, name="profiles"),
    path("files/profiles/<str:name>/", profiles.profile_page, name="profile"),
    path("files/profiles/<str:name>/exemptions/", exemptions.propose, name="propose-exemption"),
    path(
        "files/profiles/<str:name>/exemptions/<int:exemption_id>/<slug:step>/",
        exemptions.decide,
        name="decide-exemption",
    ),
    path("files/<str:reference>/", files.file_page, name="file"),
    path("files/<str:reference>/rejects.csv", files.file_rejects, name="file-rejects"),
    path("files/<str:reference>/resume/", files.resume_file, name="resume-file"),
    path("files/<str:reference>/cancel/", files.cancel_file, name="cancel-file"),
    path("money-back/", money_back.money_back_list, name="money-back"),
    path("money-back/<int:claim_id>/", money_back.money_back_page, name="money-back-one"),
    path("money-back/<int:claim_id>/<slug:name>/", money_back.money_back_step, name="money-back-step"),
    path("labels/deliver/", outcomes.deliver, name="deliver-outcomes"),
    path("rules/", rules.rules, name="rules"),
    path("rules/new/", rules.new_rule, name="new-rule"),
    path("rules/gallery/", rule_gallery.gallery, name="rule-gallery"),
    path("rules/gallery/data/", rule_gallery.gallery_data, name="rule-gallery-data"),
    path("rules/gallery/<str:code>/adopt/", rule_gallery.adopt, name="adopt-template"),
    path("rules/book/", rule_gallery.book, name="rule-book"),
    path("rules/book/export/", rule_gallery.export, name="export-book"),
    path("rules/words/", rule_writing.words, name="rule-words"),
    path("rules/read/", rule_writing.read, name="read-rule"),
    path("rules/try/", rule_writing.attempt, name="try-rule"),
    path("rules/explain/", rule_writing.explain, name="explain-claim"),
    path("rules/from-misses/", mined_rules.mined_rules, name="mined-rules"),
    path("rules/from-misses/start/", mined_rules.start, name="start-mining"),
    path("rules/from-misses/<int:number>/", mined_rules.search, name="mined-rules-one"),
    path("rules/from-misses/<int:number>/cancel/", mined_rules.cancel, name="cancel-mining"),
    path("rules/from-misses/<int:number>/<int:candidate>/draft/", mined_rules.draft, name="draft-mined"),
    path("rules/policy/", policy.policy, name="policy"),
    path("rules/policy/changes/<int:change_id>/<slug:name>/", policy.decide, name="decide-policy"),
    path("rules/policy/<str:number>/", policy.paragraph, name="policy-paragraph"),
    path("rules/groups/", wording.groups, name="rule-groups"),
    path("rules/wording/new/<slug:subject>/", wording.make, name="new-wording"),
    path("rules/wording/changes/<int:change_id>/<slug:name>/", wording.decide, name="decide-wording"),
    path("rules/wording/<slug:subject>/<str:name>/", wording.words, name="wording"),
    path("rules/values/", rule_values.rule_values, name="rule-values"),
    path("rules/values/parameters/<str:name>/", rule_values.parameter, name="parameter"),
    path(
        "rules/values/parameters/<str:name>/preview/", rule_values.preview_parameter, name="preview-parameter"
    ),
    path("rules/values/lists/<str:name>/", rule_values.value_list, name="value-list"),
    path("rules/values/lists/<str:name>/file/", rule_values.list_file, name="list-file"),
    path("rules/values/lists/<str:name>/preview/", rule_values.preview_list, name="preview-list"),
    path(
        "rules/values/changes/<int:change_id>/preview/", rule_values.preview_proposed, name="preview-change"
    ),
    path(
        "rules/values/changes/<int:change_id>/<slug:name>/", rule_values.decide_change, name="decide-change"
    ),
    path("rules/suppressions/<int:number>/<slug:name>/", suppressions.step, name="suppression-step"),
    path("rules/<str:code>/suppressions/", suppressions.propose, name="propose-suppression"),
    path("rules/<str:code>/", rules.rule, name="rule"),
    path("rules/<str:code>/draft/", rules.start_draft, name="draft-rule"),
    path("rules/<str:code>/preview/", rules.preview, name="preview-rule"),
    path("rules/<str:code>/<int:number>/<slug:name>/", rules.step, name="rule-step"),
    path("detection/", detection.detection, name="detection"),
    path("detection/threshold/", threshold.threshold, name="threshold"),
    path("detection/threshold/propose/", threshold.propose_threshold, name="propose-threshold"),
    path("detection/settings/<int:number>/<slug:name>/", threshold.decide_settings, name="decide-settings"),
    path("detection/evaluations/<int:number>/", evaluations.evaluation, name="evaluation"),
    path("detection/side-by-side/", evaluations.side_by_side, name="side-by-side"),
    path("detection/experiments/", experiments.experiments, name="experiments"),
    path("detection/experiments/start/", experiments.start, name="start-experiment"),
    path("detection/experiments/<int:number>/", experiments.experiment, name="experiment"),
    path("detection/experiments/<int:number>/cancel/", experiments.cancel, name="cancel-experiment"),
    path("detection/<str:reference>/", detection.version, name="version"),
    path("detection/<str:reference>/<slug:name>/", detection.version_step, name="version-step"),
    path("connections/accounts/", accounts.account_list, name="accounts"),
    path("connections/accounts/create/", accounts.create, name="create-account"),
    path("connections/accounts/<str:username>/<slug:name>/", accounts.step, name="account-step"),
    path("people/", logins.people, name="people"),
    path("people/invite/", logins.invite, name="invite"),
    path("people/confirm/", logins.confirm_many, name="confirm-access"),
    path("people/invite-joiners/", logins.invite_joiners, name="invite-joiners"),
    path("people/review/", reviews.review, name="access-review"),
    path("people/review/<int:login_id>/", reviews.decide, name="review-access"),
    path("people/<int:login_id>/", logins.person, name="person"),
    path("people/<int:login_id>/<slug:name>/", logins.step, name="person-step"),
    path("settings/", settings.settings, name="settings"),
    path("settings/propose/", settings.propose, name="propose-settings"),
]
