"""Settings of the example site: for a developer's own machine, never for production."""

import os
import sys
from pathlib import Path

import django
from dotenv import dotenv_values

from jupid_embed.conf import DEFAULTS

BASE_DIR = Path(__file__).resolve().parent.parent

# The dev secret lives in .env. What the environment already holds wins.
try:
    env = dotenv_values(BASE_DIR / ".env", interpolate=False, encoding="utf-8-sig")
    if "\0" in "".join(env):
        raise ValueError("UTF-16")
    for name in ("DEBUG", *DEFAULTS):
        os.environ[name] = os.environ.get(name) or env.get(name) or ""
except (OSError, ValueError):
    sys.exit(f"{BASE_DIR / '.env'} cannot be read: save it as text in UTF-8.")

# On, unless somebody turns it off. Other programs give this variable words of theirs.
DEBUG = os.environ.get("DEBUG", "").strip().lower() not in ("0", "false", "no", "off")

# Public on purpose, and so worth nothing: it signs the sessions of the demo alone.
SECRET_KEY = "django-insecure-key-of-the-example-site-for-a-developers-machine-alone"

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "jupid_embed",
    "example",
]

APP_URL = os.environ.get("JUPID_EMBED_APP_URL") or DEFAULTS["JUPID_EMBED_APP_URL"]

# What the embed needs of a strict policy: the app URL as a source of scripts and
# frames, and the site itself for the token's fetch.
POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'", APP_URL],
    "frame-src": [APP_URL],
    "connect-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}

if django.VERSION >= (6, 0):
    from django.utils.csp import CSP

    CSP_MIDDLEWARE = "django.middleware.csp.ContentSecurityPolicyMiddleware"
    CSP_CONTEXT_PROCESSORS = ["django.template.context_processors.csp"]
    SECURE_CSP = {**POLICY, "script-src": [CSP.NONCE, *POLICY["script-src"]]}
else:
    from csp.constants import NONCE

    CSP_MIDDLEWARE = "csp.middleware.CSPMiddleware"
    CSP_CONTEXT_PROCESSORS = []
    CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": {**POLICY, "script-src": [NONCE, *POLICY["script-src"]]}
    }

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    CSP_MIDDLEWARE,
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "example.urls"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                *CSP_CONTEXT_PROCESSORS,
            ],
        },
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "db.sqlite3",
    }
}

AUTH_USER_MODEL = "example.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "login"

STATIC_URL = "static/"

USE_TZ = True
TIME_ZONE = "UTC"
