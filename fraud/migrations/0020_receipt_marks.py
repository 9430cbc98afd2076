from django.db import migrations, models


def count_by_marks(apps, schema_editor):
    """Any number on a paper, a shop's as well, made equal words count; what was on them is not kept, so these say nothing now."""
    receipts = apps.get_model("fraud", "Receipt").objects.filter(read_by="text", number=None)
    receipts.filter(n_alike__gt=models.F("n_pictured")).update(n_alike=models.F("n_pictured"))


class Migration(migrations.Migration):

    dependencies = [
        ('fraud', '0019_login_manager'),
    ]

    operations = [
        migrations.AddField(
            model_name='receipt',
            name='marks',
            field=models.JSONField(default=dict),
        ),
        migrations.RunPython(count_by_marks, migrations.RunPython.noop),
    ]
