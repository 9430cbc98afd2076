"""Run by the zygote in a fresh database: rules, people, claims and a model version in service."""

from django.core.management import call_command

from tests.night_company import add_claims, add_people, add_rules
from tests.night_model import install_model

call_command("migrate", verbosity=0)
add_rules()
add_people()
add_claims(2000)
install_model()
