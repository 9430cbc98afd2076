"""Run by the zygote in a migrated database: rules, people, claims and a model version in service."""

import os

from tests.night_company import add_claims, add_people, add_rules
from tests.night_model import install_model

add_rules()
add_people()
add_claims(int(os.environ.get("N_CLAIMS", "2000")))
install_model()
