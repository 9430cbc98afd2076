from django.apps import AppConfig


class FraudConfig(AppConfig):
    name = "fraud"
    verbose_name = "Fraud detection"

    def ready(self) -> None:
        from fraud import audit_events  # noqa: F401
        from fraud.people.signals import listen

        listen()
