"""Settings of the stand-in for Jupid: for a developer's own machine alone.

`python -m sandbox` adds the options that it was given.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent

# The pages of Django that explain an error would show the secret.
DEBUG = False

# A name of somebody else's that points at this machine is no way in.
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

INSTALLED_APPS = ["sandbox"]
MIDDLEWARE = [
    "sandbox.middleware.Guard",
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
STATIC_ROOT = HERE / "static"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "sandbox.sqlite3",
        # Whoever comes second waits, in this process or in another sandbox's.
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_I18N = False
USE_TZ = False
# The developer's own, whatever it is.
TIME_ZONE = None

# The Guard writes the log. What is left is a fault of the sandbox itself.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["console"], "level": "ERROR"}},
}
