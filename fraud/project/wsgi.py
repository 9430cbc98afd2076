"""WSGI entry point."""

import os

from audit.collecting import begin_to_load

begin_to_load()  # before anything is loaded; `read_templates_beside` ends it

from django.core.wsgi import get_wsgi_application  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fraud.project.settings")
application = get_wsgi_application()

from fraud.web.warming import read_templates_beside  # noqa: E402 - after the apps are there

read_templates_beside()
