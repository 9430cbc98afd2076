"""Run by the zygote in a migrated database: cases in every state with answers, files and repayments."""

from itertools import pairwise

from cases.models import Case
from cases.services import evidence, explanations
from cases.services.steps import current_request
from cases.workflow import State
from tests.cases.files import picture
from tests.cases.stage import Stage, fresh, frozen
from tests.cast import make_cast

with frozen() as clock:
    stage = Stage(make_cast(), clock)
    for state in (State.NEW, State.IN_REVIEW, State.EXPLAINED, State.RECOVERING, State.CLOSED):
        stage.case_in(state)
    asked = stage.asked()
    for size in range(3):
        evidence.add_evidence(
            request=current_request(asked),
            name=f"receipt {size}.png",
            content=picture(size=(60 + size, 40)),
            by=stage.actor("cardholder"),
        )
    explanations.submit_explanation(
        request=current_request(asked),
        text="영수증을 보냅니다.",
        by=stage.actor("cardholder"),
        expected_version=fresh(asked).version,
    )
    stage.asked()
    owing = Case.objects.get(state=State.RECOVERING)
    for number, (before, after) in enumerate(pairwise((0, 30_000, 54_000))):
        stage.post(owing, after - before, f"BANK-{number}")
