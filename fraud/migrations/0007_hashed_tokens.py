"""Tokens of programs go on under their hash, for ninety days; the table that kept them as they are is taken away.

Tokens of people's logins end: a token decides nothing about anybody.
"""

import hashlib
from datetime import datetime, timedelta, timezone

from django.db import migrations

SCOPES = ["claims:deliver", "deliveries:read", "outcomes:deliver"]
TABLE = "authtoken_token"


def take_over(apps, schema_editor):
    connection = schema_editor.connection
    if TABLE not in connection.introspection.table_names():
        return
    ServiceToken = apps.get_model("fraud", "ServiceToken")
    now = datetime.now(timezone.utc)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.key, t.user_id FROM authtoken_token t JOIN fraud_user_groups m ON m.user_id = t.user_id "
            "JOIN auth_group g ON g.id = m.group_id WHERE g.name = 'data_client'"
        )
        for key, user_id in cursor.fetchall():
            ServiceToken.objects.create(
                user_id=user_id,
                prefix=key[:8],
                digest=hashlib.sha256(key.encode()).hexdigest(),
                scopes=SCOPES,
                created_at=now,
                created_by="system:migration",
                expires_at=now + timedelta(days=90),
            )
        cursor.execute("DELETE FROM authtoken_token")
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("fraud", "0006_service_tokens"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
