"""Run by the zygote: a large upload that waits for its process."""

from audit.services import actor_of
from fraud.claims.importing import uploads
from fraud.claims.importing.profiles import get_profile
from fraud.claims.models import User
from tests.fraud.claims.importing.files import csv_bytes, row

uploads.AT_ONCE_BYTES = 0
uploads.start_process = lambda file: None
waiting = uploads.receive_upload(
    parts=[csv_bytes(*(row(claim_id=f"U-{n:04d}", 금액=str(10_000 + n)) for n in range(300)))],
    name="april.csv",
    profile=get_profile("generic"),
    by=actor_of(User.objects.get(username="mira.jung")),
)
assert uploads.is_waiting(waiting)
