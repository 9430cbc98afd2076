"""Run by the zygote in a migrated database: the company of `setup_company`, small enough to be broken hundreds of times."""

from tests.night_company import add_claims, add_people, add_rules
from tests.night_model import install_model

add_rules()
add_people()
add_claims(400)
install_model()
