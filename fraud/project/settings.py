"""Settings of Cleancard. Everything that differs between machines is one environment variable; see `.env.example`."""

from __future__ import annotations

import tempfile
from ipaddress import ip_network
from pathlib import Path

from csp.constants import NONE, SELF

from fraud.project.environment import (
    database,
    env,
    env_bool,
    env_int,
    local_secret,
    origin_of,
    scratch_of,
    secure_address,
)

BASE_DIR = Path(__file__).resolve().parent.parent.parent


HOME = Path(env("CLEANCARD_HOME", "") or BASE_DIR / "var")
DEBUG = env_bool("DEBUG")
DEMO = env_bool("CLEANCARD_DEMO")
DEMO_PASSWORD = "cleancard-demo"  # noqa: S105 — shown on the sign-in page of the demo only
SECRET_KEY = env("SECRET_KEY") or local_secret(HOME, "secret-key")
CARD_TOKEN_KEY = env("CARD_TOKEN_KEY") or local_secret(HOME, "card-token-key")
ALLOWED_HOSTS = env("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in env("CSRF_TRUSTED_ORIGINS").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "axes",
    "audit",
    "rules",
    "fraud",
    "cases",
    # Behind our own apps, so that our words and templates come first.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "fraud.web.doors.BodyDoor",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "fraud.web.middleware.language_of_user",
    "fraud.web.middleware.plain_address",
    "fraud.people.sessions.watch_session",  # what it refuses is said in the reader's language
    "audit.middleware.request_identity",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "fraud.project.urls"
WSGI_APPLICATION = "fraud.project.wsgi.application"
AUTH_USER_MODEL = "fraud.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "cases:home"
LOGOUT_REDIRECT_URL = "login"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("fraud.web.folding.Loader", ["django.template.loaders.app_directories.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "fraud.web.context.shell",
            ],
            # Each room's own words for templates, by the name that `{% load %}` uses.
            "libraries": {
                "cleancard": "fraud.web.tags",
                "words": "fraud.web.words",
                "kept": "fraud.web.kept",
                "files": "fraud.claims.tags",
                "rulebook": "fraud.workbench.tags",
                "reasons": "fraud.detection.tags",
            },
        },
    }
]

DATABASES = {"default": database(env("DATABASE_URL"), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = [
    "fraud.people.guessing.GuessingDoor",
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "fraud.people.views.resting.resting_answer"
AXES_ENABLE_ACCESS_FAILURE_LOG = True  # what `fraud/people/guessing.py` counts
AXES_HANDLER = "fraud.people.failures.Failures"  # keeps no query string
AXES_CLIENT_IP_CALLABLE = "fraud.people.guessing.client_address"
TRUSTED_PROXIES = env_int(
    "TRUSTED_PROXIES", 0
)  # how many of our own stand in front and tell the client's address
SIGN_IN_FAILURES_PER_LOGIN = env_int(
    "SIGN_IN_FAILURES_PER_LOGIN", 30
)  # in a quarter of an hour, from anywhere
SIGN_IN_FAILURES_PER_ADDRESS = env_int("SIGN_IN_FAILURES_PER_ADDRESS", 100)  # likewise, for any login
PASSWORD_RESET_TIMEOUT = env_int("ONE_TIME_LINK_HOURS", 24) * 3600
SESSION_COOKIE_AGE = env_int("SESSION_HOURS", 12) * 3600  # from the sign-in, however busy
SESSION_IDLE_SECONDS = env_int("SESSION_IDLE_MINUTES", 30) * 60
#: Roles that need a second step behind the password. The demo company asks it of nobody.
SECOND_STEP_ROLES = tuple(
    env(
        "SECOND_STEP_ROLES",
        "" if DEMO else "approver,recovery_clerk,rule_admin,model_owner,auditor,system_admin",
    )
    .replace(",", " ")
    .split()
)
#: The company's own directory (OpenID Connect), for signing in; without an issuer there is none.
OIDC_ISSUER = env("OIDC_ISSUER").rstrip("/")
OIDC_NAME = env("OIDC_NAME")  # as the button calls it
OIDC_GROUPS = env("OIDC_GROUPS")  # group=role; group=role
OIDC_GROUPS_CLAIM = env("OIDC_GROUPS_CLAIM", "groups")
OIDC_EMPLOYEE_CLAIM = env("OIDC_EMPLOYEE_CLAIM")  # the claim that has the employee number
OIDC_SECOND_STEP = env("OIDC_SECOND_STEP", "here")  # here, or directory: its own second step is enough
if OIDC_ISSUER and not secure_address(OIDC_ISSUER):
    raise ValueError(f"OIDC_ISSUER: write https://…, not {OIDC_ISSUER}")
SOCIALACCOUNT_ADAPTER = "fraud.people.adapters.DirectoryAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "company",
                "name": OIDC_NAME or "OpenID Connect",
                "client_id": env("OIDC_CLIENT_ID"),
                "secret": env("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_ISSUER},
            }
        ],
    }
}
ACCOUNT_ADAPTER = "fraud.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL
MFA_ADAPTER = "fraud.people.adapters.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "fraud.people.code_forms.CodeForm",
    "reauthenticate": "fraud.people.code_forms.CodeAgainForm",
    "activate_totp": "fraud.people.code_forms.FirstCodeForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
SESSION_ENGINE = "fraud.people.session_store"
SESSION_COOKIE_HTTPONLY = True

LANGUAGE_CODE = env(
    "CLEANCARD_LANGUAGE", "ko"
)  # of who says nothing else: no sign-in, no cookie, no browser wish
LANGUAGES = [("ko", "한국어"), ("en", "English")]
LOCALE_PATHS: list[Path] = []
TIME_ZONE = env("COMPANY_TIME_ZONE", "Asia/Seoul")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns about a folder that is not there
MEDIA_ROOT = HOME / "media"  # reached only through views that check the right to see a file
# What is needed for a moment, the spool of a long upload too, lies here instead of in the machine's common folder (audit/scratch.py).
FILE_UPLOAD_TEMP_DIR = scratch_of(HOME)
tempfile.tempdir = str(FILE_UPLOAD_TEMP_DIR)
MODELS_DIR = HOME / "models"
COLUMNS_DIR = HOME / "columns"  # claims in columns, made anew from the database whenever it is gone
NIGHTS_DIR = HOME / "nights"  # windows of a large night while it runs, worked out anew whenever they are gone
COLUMNS_FROM = env_int("COLUMNS_FROM", 50_000)  # below so many claims reading them from rows costs as little
OUTBOX_DIR = HOME / "outbox"
INBOX_DIR = HOME / "inbox"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
if env_bool("CLEANCARD_PLAIN_STATIC", default=True):
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

EMAIL_BACKEND = env("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = OUTBOX_DIR
# Seconds a mail server may keep silent: an attempt ends well before its lease of ten minutes does.
EMAIL_TIMEOUT = int(env("EMAIL_TIMEOUT", "30"))
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "cleancard@company-a.example")
SITE_URL = env("SITE_URL", "http://localhost:8000")  # what links in mails begin with
# Networks of the company that webhooks may reach although they are private, such as 10.2.0.0/16; there http is allowed as well.
WEBHOOK_PORTS = [
    range(int(first), int(last or first) + 1)
    for first, _dash, last in (
        one.strip().partition("-") for one in env("WEBHOOK_PORTS", "443,1024-65535").split(",")
    )
]
WEBHOOK_NETWORKS = [ip_network(one.strip()) for one in env("WEBHOOK_NETWORKS").split(",") if one.strip()]
METRICS_TOKEN = env("METRICS_TOKEN")  # who shows it reads /metrics; empty: only programs of this machine
#: Receipts named by the number of their claim or receipt wait here; none: no folder is read on schedule.
RECEIPT_FOLDER = Path(env("RECEIPT_FOLDER")) if env("RECEIPT_FOLDER") else None
EVIDENCE_SCAN_COMMAND = env(
    "EVIDENCE_SCAN_COMMAND"
)  # virus scanner reading standard input: 0 clean, 1 infected

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        # Browsers hold the answer to a form to this as well, and signing in at the directory is one.
        "form-action": [SELF, *([origin_of(OIDC_ISSUER)] if OIDC_ISSUER else [])],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env_bool("HTTPS"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    # Asked by programs of the machine or its network, past the proxy that ends TLS: they tell no secret of anybody.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # No other host of the same domain can set them, and no page of it reads them.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "fraud.claims.tokens.ServiceTokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["fraud.web.api_json.CompanyJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "fraud.web.api_schema.InterfaceSchema",
    "EXCEPTION_HANDLER": "fraud.web.api_errors.answer",
    "STRICT_JSON": True,
}
# Where the interface keeps the answer of a change that came with an Idempotency-Key.
API_ANSWERS_ONCE = "cases.api.idempotency.once"
SPECTACULAR_SETTINGS = {
    "TITLE": "Cleancard",
    "DESCRIPTION": "Claims, screening runs, scores with reasons, and cases of corporate-card monitoring.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    # Choices that several serializers call by the same field name.
    "ENUM_NAME_OVERRIDES": {
        "LoginState": "fraud.people.listing.STATES",
        "Role": "fraud.people.api.rows.ROLE_CHOICES",
        "AccessChangeState": "fraud.claims.models.AccessChange.State",
        "CaseState": "cases.models.Case.STATES",
        "RequestState": "cases.models.ExplanationRequest.State",
        "DecisionState": "cases.models.Decision.State",
        "DeliveryState": "fraud.claims.models.ClaimFile.State",
        "ExperimentKind": "fraud.learning.models.Experiment.Kind",
        "ExperimentAskedKind": "fraud.learning.api.experiments.KINDS",
        "SearchState": "fraud.learning.models.Experiment.State",
        "SuppressionState": "fraud.detection.models.RuleSuppression.State",
        "RunState": "fraud.detection.models.ScreeningRun.State",
        "ListKind": "rules.models.ValueList.Kind",
        "ParameterKind": "rules.models.Parameter.Kind",
        "ValueChangeState": "rules.models.ValueChange.State",
        "CaseSource": "cases.models.Case.Source",
        "ReceiptSource": "fraud.claims.models.Receipt.Source",
        "CaseDisposition": "cases.models.Case.DISPOSITIONS",
        "TableForm": "cases.papers.tables.FORMS",
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

# A process that has imported what reading a file needs waits for the next upload, some 70 MB for ten minutes.
IMPORT_KEEP_WARM = env("IMPORT_KEEP_WARM", "1") == "1"

CELERY_BROKER_URL = env("CELERY_BROKER_URL")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 1500
CELERY_TASK_SOFT_TIME_LIMIT = 1400
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "unacked_restore_throttle": 1}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE

# A lease outlives the hard limit of a task and ends before the broker would deliver the message again.
LEASE_SECONDS = env_int("LEASE_SECONDS", 1800)
PART_CLAIMS = env_int("PART_CLAIMS", 100_000)
LARGE_NIGHT = env_int("LARGE_NIGHT", 20_000)  # above so many claims a night works in two phases

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "fraud.project.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", "WARNING")},
    # The access lines of runserver hold whole addresses: they are struck out like every other line.
    "loggers": {"django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False}},
}
SILENCED_SYSTEM_CHECKS = ["axes.W003"]
