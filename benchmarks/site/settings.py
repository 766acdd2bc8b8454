"""The middleware of `startproject`, and database connections that stay open."""

from __future__ import annotations

import os

SECRET_KEY = "insecure-key-of-the-benchmarks"
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "benchmarks.site.urls"
AUTH_USER_MODEL = "example.User"
LOGIN_URL = "/login/"
STATIC_URL = "static/"
USE_TZ = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "jupid_embed",
    "example",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"]
        },
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ["BENCHMARK_DATABASE"],
        "CONN_MAX_AGE": None,
    }
}

JUPID_EMBED_PARTNER_ID = "acme"
JUPID_EMBED_AUDIENCE = "jupid-embed"
JUPID_EMBED_APP_URL = os.environ.get("BENCHMARK_APP_URL", "https://app.example.com")
JUPID_EMBED_SECRET = os.environ["JUPID_EMBED_SECRET"]
