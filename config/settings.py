"""Wiring only: databases, keys, addresses, switches, all from the environment.

Regulation (fees, ratios, thresholds, holidays) is never here: it stands in dated tables.
"""

import sys
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import addresses, log_lines, secret
from config.timetable import TIMETABLE

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- what a site sets -------------------------------------------------------------------
DATA_DIR = Path(env.str("YIZHENG_DATA_DIR", default=str(BASE_DIR / ".data")))
DEBUG = env.bool("DEBUG", default=False)
TESTING = "pytest" in sys.modules
SECRET_KEY = env.str("SECRET_KEY", default="") or secret.key(DATA_DIR)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
WEB_HOST = env.str("WEB_HOST", default="127.0.0.1")
WEB_PORT = env.int("WEB_PORT", default=8000)
PUBLIC_ADDRESS = env.str("PUBLIC_ADDRESS", default=f"http://127.0.0.1:{WEB_PORT}")
# Without these two, the embedded PostgreSQL and Redis serve (config/embedded.py).
EMBEDDED_DATABASE = not env.str("DATABASE_URL", default="")
EMBEDDED_BROKER = not env.str("CELERY_BROKER_URL", default="") and not TESTING
# The application's role works on rows; the owner's makes the tables (config/grants.py).
DATABASES = {
    "default": addresses.database(DATA_DIR) if EMBEDDED_DATABASE else env.db_url("DATABASE_URL")
}
APP_ROLE = DATABASES["default"]["USER"]
OWNER_DATABASE = (
    addresses.database(DATA_DIR, addresses.OWNER)
    if EMBEDDED_DATABASE
    else env.db_url("DATABASE_OWNER_URL", default=env.str("DATABASE_URL"))
)
if sys.argv[1:2] in (["migrate"], ["prepare_database"], ["grant_app_role"]):
    DATABASES["default"] = OWNER_DATABASE
# Only for tests, whose databases are thrown away: lets fsync be off.
UNSAFE_DATABASE = env.bool("YIZHENG_UNSAFE_DATABASE", default=False)
CELERY_BROKER_URL = (
    addresses.broker_url(DATA_DIR)
    if EMBEDDED_BROKER
    else env.str("CELERY_BROKER_URL", default="memory://")
)
# The proof log's private keys, which no database and no backup of one may hold.
PROOF_DIR = Path(env.str("PROOF_DIR", default=str(DATA_DIR / "proof")))
# What signs certificates and open data: a key and its certificate as files (made at set-up for
# demonstration), or a PKCS#11 token.
SIGNING_DIR = Path(env.str("SIGNING_DIR", default=str(DATA_DIR / "signing")))
SIGNING_PKCS11 = {
    "module": env.str("SIGNING_PKCS11_MODULE", default=""),
    "token": env.str("SIGNING_PKCS11_TOKEN", default=""),
    "pin": env.str("SIGNING_PKCS11_PIN", default=""),
    "key": env.str("SIGNING_PKCS11_KEY", default=""),
    "certificate": env.str("SIGNING_PKCS11_CERTIFICATE", default=""),
    # The token signs a hash made here, as most can (RSA, ECDSA); False: it hashes the text itself.
    "raw": env.bool("SIGNING_PKCS11_RAW", default=True),
}
# Seals the devices' passwords in the database; the first seals, every one opens.
DEVICE_SECRETS = env.list("DEVICE_SECRETS", default=[]) or [SECRET_KEY]
GATEWAY_HOST = env.str("GATEWAY_HOST", default="127.0.0.1")
GATEWAY_PORT = env.int("GATEWAY_PORT", default=9212)
GATEWAY_ALLOWED_NETWORKS = env.list("GATEWAY_ALLOWED_NETWORKS", default=[])  # empty: all
# TLS beside the clear port, once a certificate is given; with a CA devices must show theirs.
GATEWAY_TLS_PORT = env.int("GATEWAY_TLS_PORT", default=9213)
GATEWAY_TLS_CERTIFICATE = env.str("GATEWAY_TLS_CERTIFICATE", default="")
GATEWAY_TLS_KEY = env.str("GATEWAY_TLS_KEY", default="")
GATEWAY_TLS_CLIENT_CA = env.str("GATEWAY_TLS_CLIENT_CA", default="")
GATEWAY_METRICS_PORT = env.int("GATEWAY_METRICS_PORT", default=0)  # 0: none; each process its own
GATEWAY_LIMITS = {
    "connections": env.int("GATEWAY_CONNECTIONS", default=12000),
    "unknown_connections": env.int("GATEWAY_UNKNOWN_CONNECTIONS", default=2000),
    "connections_per_address": env.int("GATEWAY_CONNECTIONS_PER_ADDRESS", default=512),
    "bytes_per_s": env.int("GATEWAY_BYTES_PER_S", default=65536),  # of one connection
    "segment_bytes": env.int("GATEWAY_SEGMENT_BYTES", default=9999),
    "frame_s": env.int("GATEWAY_FRAME_S", default=5),  # from `##` to CR LF
    "unknown_s": env.int("GATEWAY_UNKNOWN_S", default=60),  # without a good frame
    "idle_s": env.int("GATEWAY_IDLE_S", default=900),
}
HTTPS = env.bool("HTTPS", default=False)
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")

# --- apps, from the top of the one-way graph to its foot ----------------------------------
INSTALLED_APPS = [
    "config",
    "trading",
    "cardswipe",
    "permits",
    "ledger",
    "parties",
    "shell",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "djmoney",
    "pgtrigger",
    "simple_history",
    "template_partials",
    "parties.overview_app.OverviewConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "parties.access.AccessMiddleware",
    "shell.refusals.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "parties.User"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "parties.access.frame",
                "config.navigation.navigation",
            ],
            "builtins": ["shell.templatetags.shell"],
        },
    },
]

# --- language and time --------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- money: one currency, or every migration carries 300 ----------------------------------
CURRENCIES = ("CNY",)
CURRENCY_CHOICES = [("CNY", _("yuan"))]
DEFAULT_CURRENCY = "CNY"

# --- sign-in --------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "parties.adapter.ClosedSignUp"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to addresses that strangers type in
# Passwords are counted by axes (parties/adapter.py); this limit is the second factor's.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/300s/key"}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "public_home"
AXES_FAILURE_LIMIT = env.int("AXES_FAILURE_LIMIT", default=5)
AXES_COOLOFF_TIME = 0.5
AXES_USERNAME_CALLABLE = "parties.adapter.counted_name"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False  # no line at every command
if TESTING:  # a second per account otherwise; what is tested is ours, not the hasher
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# --- what the browser may do ------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # the browsers' preload list is each site's choice
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

# --- files --------------------------------------------------------------------------------------
NODE_MODULES = BASE_DIR / "node_modules"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *(
        (prefix, NODE_MODULES / path)
        for prefix, path in [
            ("vendor/bootstrap", "bootstrap/dist"),
            ("vendor/echarts", "echarts/dist"),
            ("vendor/htmx", "htmx.org/dist"),
        ]
        if (NODE_MODULES / path).is_dir()
    ),
]
FONT_DIR = NODE_MODULES / "@expo-google-fonts" / "noto-sans-sc"
# Attachments of applications: outside of what the web server serves.
MEDIA_ROOT = Path(env.str("MEDIA_DIR", default=str(DATA_DIR / "media")))
# While developing and testing, static files come from their sources without being collected.
SERVE_SOURCES = env.bool("SERVE_SOURCES", default=DEBUG or TESTING)
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = SERVE_SOURCES

# --- queue: publish after commit, tasks take ids, effects are guarded by the database ----------
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ALWAYS_EAGER = CELERY_BROKER_URL == "memory://"
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = TIMETABLE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- log lines --------------------------------------------------------------------------------
LOGGING = log_lines.configure(env.str("LOG_LEVEL", default="WARNING" if TESTING else "INFO"))
DJANGO_STRUCTLOG_CELERY_ENABLED = True
