"""The only settings file. Values come from the environment or `.env`: see `docs/configuration.md`."""

import os
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import django_stubs_ext
import pghistory
from django.core.exceptions import ImproperlyConfigured

from crm import admin_look, database, environment

# Django's generic classes take type arguments (`ModelForm[Contact]`) at run time too.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# Tests say what they need themselves: a developer's own .env must not change their outcome.
if "PYTEST_VERSION" not in os.environ:
    environment.load_file(BASE_DIR / ".env")

# Where the project keeps its files: the embedded database, mail in development, collected static files.
VAR_DIR = Path(environment.text("HANDOFF_VAR", str(BASE_DIR / "var"))).resolve()

# A secret key marks a deployment: whoever sets one gets production settings without another word.
SECRET_KEY = environment.text("SECRET_KEY")
DEBUG = environment.switch("DEBUG", default=not SECRET_KEY)
if SECRET_KEY and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "SECRET_KEY: too short to be safe. Set a random text of at least 50 characters."
    )
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY: set a random text of at least 50 characters, or leave DEBUG on."
        )
    SECRET_KEY = "django-insecure-for-development-on-this-machine-only"  # noqa: S105 (refused with DEBUG off)

ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_q",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    # Before the rooms: they hear of each model as it is made.
    "pgtrigger",
    "pghistory",
    "crm",
    "scoring",
    "leads",
]

MIDDLEWARE = [
    # Before the host check and the redirect to https: a probe comes by address and without TLS.
    "crm.health.probes",
    "django.middleware.security.SecurityMiddleware",
    "crm.middleware.content_security_policy",
    "crm.middleware.whole_files",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.who.asked_by",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "crm.middleware.fragments",
    "crm.middleware.back_after_sign_in",
    "crm.middleware.DomainErrors",
]

ROOT_URLCONF = "crm.urls"
ASGI_APPLICATION = "crm.asgi.application"
WSGI_APPLICATION = "crm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "leads.navigation.navigation",
            ],
        },
    },
]

# Database

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_database_url = environment.text("DATABASE_URL")
_database: dict[str, Any] = (
    environment.parsed(
        "DATABASE_URL", "", environment.postgres_url, "postgres://user:password@host:5432/handoff"
    )
    if _database_url
    else database.embedded(VAR_DIR / "postgres")
)
_pool_size = environment.whole_number("DATABASE_POOL_SIZE", 10, at_least=1, at_most=1000)
if environment.switch("DATABASE_POOL", default=False):
    _database.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": _pool_size, "timeout": 10}
else:
    # A worker that reconnects for each job does a fifth of the work.
    _database.setdefault("CONN_MAX_AGE", 600)
_database["CONN_HEALTH_CHECKS"] = True
DATABASES = {"default": _database}

_redis_url = environment.parsed("REDIS_URL", "", environment.redis_url, "redis://host:6379/0")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _redis_url}
    if _redis_url
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# Background jobs

Q_CLUSTER = {
    "name": "handoff",
    "orm": "default",
    "workers": environment.whole_number("WORKERS", 2, at_least=1, at_most=64),
    "poll": 0.2,
    # A job that outlives `retry` would run beside its own second try.
    "timeout": 300,
    "retry": 600,
    # A job that fails or times out stays in the queue for its next try, and five tries are the end of it.
    "ack_failures": False,
    "max_attempts": 5,
    # After a night without a worker, a schedule runs once and not once for each time it missed.
    "catch_up": False,
    "save_limit": 1000,
}

# Who signs in

AUTH_USER_MODEL = "crm.User"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/inbox/"
LOGOUT_REDIRECT_URL = "/login/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Audit trail

PGHISTORY_JSON_ENCODER = "crm.who.Encoder"
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)

# Language and time

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.parsed("TIME_ZONE", "UTC", lambda name: ZoneInfo(name).key, "Europe/Paris")

# Working time, in which sales' first touch of an MQL is due, by the clock of TIME_ZONE

FLOOD_GUARD = environment.whole_number("FLOOD_GUARD", 50, at_least=0, at_most=100_000)
SLA_MINUTES = environment.whole_number("SLA_MINUTES", 240, at_least=1, at_most=100_000)
WORKDAY_START = environment.parsed("WORKDAY_START", "09:00", environment.time_of_day, "09:00")
WORKDAY_END = environment.parsed("WORKDAY_END", "17:30", environment.time_of_day, "17:30")
if WORKDAY_END <= WORKDAY_START:
    raise ImproperlyConfigured(
        f"WORKDAY_END: {WORKDAY_END:%H:%M} is not after WORKDAY_START, {WORKDAY_START:%H:%M}."
    )
WORKDAYS = environment.parsed("WORKDAYS", "mon,tue,wed,thu,fri", environment.weekdays, "mon,tue,wed,thu,fri")

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

# Mail

SITE_URL = environment.parsed(
    "SITE_URL", "http://127.0.0.1:8000", environment.web_address, "https://handoff.example.com"
)
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "Handoff <handoff@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 20
if environment.text("EMAIL_URL"):
    globals().update(
        environment.parsed("EMAIL_URL", "", environment.email_url, "smtp+tls://user:password@host:587")
    )
elif DEBUG:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR_DIR / "mail")
else:
    raise ImproperlyConfigured(
        "EMAIL_URL: say how mail leaves, such as smtp+tls://user:password@host:587 (dummymail:// for none)."
    )

# Incoming webhooks of users: whether they may lead to this machine and to private networks

WEBHOOKS_TO_OWN_NETWORK = environment.switch("WEBHOOKS_TO_OWN_NETWORK", default=False)

# Security: on as soon as DEBUG is off

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = environment.switch("HTTPS_REDIRECT", default=not DEBUG)
SECURE_HSTS_SECONDS = environment.whole_number(
    "HSTS_SECONDS", 0 if DEBUG else 31_536_000, at_least=0, at_most=63_072_000
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
if environment.switch("TRUST_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Whether subdomains and the browsers' preload lists follow is the domain owner's decision.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# API

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "crm.api.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["crm.api.permissions.HasScope"],
    "DEFAULT_PARSER_CLASSES": ["crm.api.parsers.JsonBody"],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "rest_framework.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_FILTER_BACKENDS": ["crm.api.filters.StrictFilters"],
    "DEFAULT_PAGINATION_CLASS": "crm.api.pagination.NewestFirst",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "crm.api.problems.answer_problem",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Handoff",
    "DESCRIPTION": "Contacts and what they did in; scores, reasons and MQLs out.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {"ConsentEnum": "crm.api.serializers.GIVEN_CONSENT"},
    # The schema holds nothing of anybody's: whoever writes an integration reads it before they have a key.
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "crm.api.schema.describe_problems",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# Admin

UNFOLD = admin_look.UNFOLD

# Logs: one event a line, to standard error

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.one_of("LOG_LEVEL", "INFO", LOG_LEVELS)},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # A line for each start and end of a job says nothing that the tables do not.
        "django-q": {"level": "WARNING"},
    },
}
