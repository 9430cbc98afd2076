from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "Cases"

    def ready(self) -> None:
        from audit.recorded import register_listener
        from cases import audit_events  # noqa: F401
        from cases.pages import claim_panels, file_panels, hidden_subjects  # noqa: F401
        from cases.pages.approvals import waiting_count
        from cases.services.alarms import case_alarms
        from cases.services.following import follow_changes
        from cases.services.notices import unread_count
        from cases.services.outbox import enqueue_text
        from cases.services.webhook_outbox import enqueue_messages
        from fraud.claims.changes import register_follower
        from fraud.learning.alarms import register_alarms
        from fraud.people.mailing import register_outbox
        from fraud.web.navigation import register_count

        register_listener(enqueue_messages)
        register_alarms(case_alarms)
        register_count("approvals", waiting_count)
        register_count("notices", unread_count)
        register_follower(follow_changes)
        register_outbox(enqueue_text)
