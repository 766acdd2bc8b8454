"""The app, under whatever package it was copied into."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class JupidEmbedConfig(AppConfig):
    """Registers the security checklist with Django's system checks."""

    name = __name__.rpartition(".")[0]
    label = "jupid_embed"

    def ready(self) -> None:
        from .checks import check_deployment, check_settings

        register(check_settings, Tags.security)
        register(check_deployment, Tags.security, deploy=True)
