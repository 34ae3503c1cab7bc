"""Settings of the web processes, the control worker and `podweb up` (which is all of them and a host worker)."""

import django_stubs_ext
from csp.constants import NONE, SELF

from podweb import env
from podweb.settings_common import *  # noqa: F403  # Django's way of building one settings module on another
from podweb.settings_common import BASE_DIR, DATA

# Lets annotations such as ModelAdmin[Pod] stand where Python runs them.
django_stubs_ext.monkeypatch()

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "knox",
    "csp",
    "pods",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pods.web.problems.ProblemMiddleware",
]
ROOT_URLCONF = "podweb.urls"
ASGI_APPLICATION = "podweb.asgi.application"
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
                "pods.web.pages.context.page",
            ],
        },
    },
]

DATABASES = {"default": env.database("PODWEB_DATABASE_URL", DATA / "podweb.sqlite3")}
# How long points of 10 s, 1 min and 10 min are kept, in seconds.
HISTORY_KEEP = env.durations("PODWEB_HISTORY_KEEP", "24h,7d,90d")
CELERY_IMPORTS = ("pods.control.tasks", "pods.host.tasks")

# Who may speak to it
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.words("PODWEB_ALLOWED_HOSTS")]
SECURE = env.flag("PODWEB_SECURE", default=False)  # served over https, by a proxy in front
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in env.words("PODWEB_ALLOWED_HOSTS")] if SECURE else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
# A browser ignores it, with an error in its console, on plain http to another machine.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if SECURE else None
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # PatternFly's CSS draws its carets from data: images
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# No form or JSON body of podweb is larger; what is larger is refused unread.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

CSRF_FAILURE_VIEW = "pods.web.problems.csrf_failure"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "sesame.backends.ModelBackend"]
SESAME_ONE_TIME = True
SESAME_MAX_AGE = 600  # seconds
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # First: its challenge makes a request without a sign-in a 401, not a 403.
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["pods.web.api.permissions.HasRole"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["pods.web.api.parsers.SoundJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "pods.web.api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "pods.web.api.schema.Schema",
    "EXCEPTION_HANDLER": "pods.web.api.errors.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "podweb",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["pods.web.api.permissions.HasRole"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "PodState": "pods.models.pods.PodState",
        "OperationState": "pods.models.operations.OperationState",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "pods.web.api.schema.add_shapes",
    ],
}
REST_KNOX = {"TOKEN_TTL": None}  # until it is deleted, unless made with an end

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
