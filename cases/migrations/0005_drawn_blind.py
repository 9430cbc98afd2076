from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_claim_identity")]

    operations = [
        migrations.RenameField(model_name="case", old_name="is_score_hidden", new_name="drawn_blind")
    ]
