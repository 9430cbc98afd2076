"""All URLs. Each app owns its own list."""

from allauth.account.views import reauthenticate
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from fraud.people.views import sign_in

urlpatterns = [
    path("accounts/login/", sign_in.SignIn.as_view(), name="login"),
    path("accounts/login/", sign_in.SignIn.as_view(), name="account_login"),
    path("accounts/directory/", sign_in.directory_sign_in, name="directory-sign-in"),
    path("accounts/directory/<slug:provider_id>/", sign_in.directory_answer, name="openid_connect_callback"),
    path("accounts/logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("accounts/password/", sign_in.change_password, name="change-password"),
    path("accounts/password/forgotten/", sign_in.forgot_password, name="forgot-password"),
    path("accounts/password/<str:uid>/<str:token>/", sign_in.set_password, name="set-password"),
    path("accounts/confirm/", reauthenticate, name="account_reauthenticate"),
    path("accounts/second-step/", include("allauth.mfa.urls")),
    path("", include("cases.urls")),
    path("", include("fraud.urls")),
    path("audit/", include("audit.urls")),
    path("api/v1/", include("cases.api.urls")),  # first: it has words where fraud's has the code of a rule
    path("api/v1/", include("fraud.api_urls")),
    path(
        "api/v1/", include("cases.api.absent_urls")
    ),  # last: what is not there answers like what is not yours
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path(
        "api/docs/",
        login_required(
            SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="fraud/api/docs.html")
        ),
        name="api-docs",
    ),
]
