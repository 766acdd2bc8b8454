"""Settings of the stand-in for Jupid: for a developer's own machine alone."""

from pathlib import Path

# The pages with which Django explains an error would show the secret.
DEBUG = False
DEBUG_PROPAGATE_EXCEPTIONS = True
# A name of somebody else's that points at this machine is no way in.
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
INSTALLED_APPS = ["sandbox"]
MIDDLEWARE = [
    "sandbox.views.guard",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "sandbox.urls"
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
TEMPLATES = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
]
STATIC_URL = "static/"
STATIC_ROOT = Path(__file__).resolve().parent / "static"
# Whoever comes second waits, be it a thread or another sandbox.
SQLITE = {"transaction_mode": "IMMEDIATE", "timeout": 20}
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": SQLITE}}
USE_I18N = USE_TZ = False
TIME_ZONE = None  # the developer's own
