from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        from audit import audit_events  # noqa: F401
        from audit.keeping import guard_columns

        guard_columns()
