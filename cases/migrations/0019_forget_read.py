"""What was read in files that were erased before goes too, with the names they were delivered under."""

import re

from django.db import migrations
from django.utils import timezone

_READ = re.compile(r"\breceipt\.(?:amount|date|brn|number|items|is_edited|picture_hash)\b")
_NOTHING = {
    "picture_hash": "", "picture_cells": "", "words_hash": "", "marks": {}, "total_minor": None, "currency": "", "issued_on": None,
    "brn": "", "number": None, "items": "", "read_by": "", "signs": [],
}  # fmt: skip


def without(told):
    if isinstance(told, dict):
        return {name: without(value) for name, value in told.items() if not _READ.search(name)}
    return [without(value) for value in told] if isinstance(told, list) else told


def forget_read(apps, schema_editor):
    files = apps.get_model("cases", "Evidence").objects.exclude(erased_at=None)
    receipts = apps.get_model("fraud", "Receipt").objects.filter(source="answer", erased_at=None)
    claims = set()
    for file in files.iterator():
        kept = None if file.traces is None else {"sha256": file.traces.get("sha256", "")}
        if file.delivered_name or kept != file.traces:
            files.filter(pk=file.pk).update(delivered_name="", traces=kept)
        read = receipts.filter(source_key=file.reference)
        claims |= set(read.values_list("claim_id", flat=True))
        apps.get_model("fraud", "ReceiptBand").objects.filter(receipt__in=read).delete()
        read.update(erased_at=timezone.now(), **_NOTHING)
    told = (
        (apps.get_model("fraud", "RuleHit"), "claim", "facts"),
        (apps.get_model("fraud", "Score"), "claim", "reasons"),
        (apps.get_model("cases", "Case"), "alerts__claim", "headline"),
        (apps.get_model("cases", "Case"), "alerts__claim", "undo"),
    )
    for claim in sorted(claims):
        for model, of, column in told:
            for pk, value in model.objects.filter(**{of: claim}).values_list("pk", column):
                if (left := without(value)) != value:
                    model.objects.filter(pk=pk).update(**{column: left})


class Migration(migrations.Migration):
    dependencies = [("cases", "0018_delivered_name"), ("fraud", "0022_receipt_erased")]

    operations = [migrations.RunPython(forget_read, migrations.RunPython.noop)]
