"""The Celery application: the doorbell for work that the database holds."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fraud.project.settings")
# One thread a worker process: workers x threads = cores, and libgomp never meets a fork with a live pool.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from celery import Celery
from celery.schedules import crontab

app = Celery("cleancard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["cases", "fraud.learning"])
app.conf.beat_schedule = {
    "night": {"task": "cases.tasks.run_night", "schedule": crontab(hour=2, minute=0)},
    "learning": {"task": "fraud.tasks.train_when_due", "schedule": crontab(hour=5, minute=0)},
    "receipts": {"task": "cases.tasks.read_receipts", "schedule": crontab(minute=20)},
    "sweep": {"task": "cases.tasks.sweep", "schedule": 60.0},
}
