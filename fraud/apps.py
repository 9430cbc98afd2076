from django.apps import AppConfig
from django.conf import settings


class FraudConfig(AppConfig):
    name = "fraud"
    verbose_name = "Fraud detection"

    def ready(self) -> None:
        from fraud import audit_events  # noqa: F401
        from fraud.claims.dimensions_known import SCOPES
        from fraud.claims.receipts import panel  # noqa: F401
        from fraud.company.values import current_settings
        from fraud.people.directory import read_group_roles
        from fraud.people.signals import listen
        from fraud.web import addresses  # noqa: F401 – makes <code:…> known to the address tables
        from rules.services.company import ask_currency_of, ask_scopes_of

        listen()
        ask_currency_of(lambda: current_settings().currency)
        ask_scopes_of(SCOPES)
        read_group_roles(
            settings.OIDC_GROUPS
        )  # a group nobody can be in is told at the start, not at a sign-in
