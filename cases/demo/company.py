"""Company A: the demo company, built through the same services a real company's data would come in by.

Every step looks at what is there before it acts, so a build that was stopped anywhere is finished by calling it again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings

from audit.actor import Actor
from audit.clock import now
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.demo.cast import create_cardholders, create_staff
from cases.demo.past_weeks import work_weeks
from cases.demo.people import import_personnel
from cases.demo.plan import (
    LEARNING,
    TEST_WEEKS,
    DemoPlan,
    Progress,
    demo_folder,
    read_plan,
    table,
    weeks_of,
    write_plan,
)
from cases.demo.work import play_casework
from cases.services.night import run_night
from cases.services.nights_due import end_of_night
from fraud.claims.bulk import read_frame
from fraud.claims.importing.in_order import Arrived, import_in_order
from fraud.claims.importing.profiles import get_profile
from fraud.claims.labels import NewLabel, add_labels
from fraud.claims.models import Claim, ClaimFile, User
from fraud.company.changing import activate_settings, propose_settings
from fraud.company.models import CompanyHoliday, CompanySettings
from fraud.demo import DemoCompany, generate_company
from fraud.demo.days import korean_holidays
from fraud.demo.files import history_files, night_days, night_file, write_csv, write_truth
from fraud.demo.schemes import SCHEMES
from fraud.detection.model_files import NoChampion, champion
from fraud.detection.models import ModelVersion
from fraud.learning.comparing import evaluate_out_of_time
from fraud.learning.later_claims import NothingToCompare
from fraud.learning.models import Evaluation
from fraud.learning.registry import install_first_version
from fraud.learning.rounds import train_challenger, training_config
from fraud.learning.training.process import TrainingFailed
from rules.services import install_starter_rules

PROFILE = "generic"
SETTINGS = {
    "reviewer_minutes_per_day": 900,
    "minutes_per_case": 20,
    "target_precision": 0.5,
    "target_on_time": 0.9,
    "target_days": 14,
}
SLOW_SECONDS = 2.0
_RECEIVED = clock(23, 30)  # the card feed of a day arrives shortly before midnight


class DemoFileRefused(Exception):
    """A claim file of the demo company was not taken; the message names the file and why."""


@dataclass
class Build:
    """What the steps share."""

    plan: DemoPlan
    say: Progress
    by: Actor

    @cached_property
    def company(self) -> DemoCompany:
        started = time.monotonic()
        options = {**self.plan.options, "seed": self.plan.seed, "end": date.fromisoformat(self.plan.end)}
        company = generate_company(**options)
        self.say(f"  {company.claims.height:,} claims generated in {time.monotonic() - started:.1f} s")
        write_truth(company, demo_folder())
        return company

    @cached_property
    def days(self) -> list[date]:
        """The day before the first night, then the nights' days."""
        return night_days(self.company, self.plan.nights + 1)


def build_demo(*, plan: DemoPlan, say: Progress, until_open: bool = False) -> DemoPlan:
    """Build the demo company of a plan, or finish it; returns the plan with its logins.

    `until_open` ends as soon as every page has something to show, and leaves LATER to the next call. Raises DemoFileRefused, and
    whatever a service raises; calling again goes on from there.
    """
    if is_built():
        return read_plan() or plan
    write_plan(plan)
    build = Build(plan, say, Actor.system("demo"))
    if not is_open():
        plan.is_finished = False  # of another database, where the folder knows a demo and this one has none
        _take(STEPS, build, 0)
        plan.is_open = True
        write_plan(plan)
    if not until_open:
        _take(LATER, build, len(STEPS))
        plan.is_finished = True
        write_plan(plan)
    return plan


def _take(steps: Steps, build: Build, before: int) -> None:
    for number, (name, step) in enumerate(steps, before + 1):
        started = time.monotonic()
        build.say(f"[{number}/{len(STEPS) + len(LATER)}] {name}")
        found = step(build)
        seconds = time.monotonic() - started
        build.say(f"  {found}" + (f" ({seconds:.1f} s)" if seconds > SLOW_SECONDS else ""))


def is_open() -> bool:
    """Whether this database has a demo company whose pages can be opened, and of which at most LATER is missing."""
    plan = read_plan()
    has_begun = plan is not None and (plan.is_open or plan.is_finished)
    return has_begun and User.objects.filter(username="reviewer1").exists()


def is_built() -> bool:
    """Whether a finished demo company is in this database."""
    plan = read_plan()
    return plan is not None and plan.is_finished and is_open()


def login_lines(plan: DemoPlan) -> list[str]:
    """The table of logins as lines of text."""
    rows = [(each["username"], each["role"], each["name"], each["note"]) for each in plan.logins]
    return [*table([("login", "role", "name", ""), *rows]), f"password of all: {settings.DEMO_PASSWORD}"]


def _people(build: Build) -> str:
    folder = demo_folder() / "files"
    return import_personnel(build.company, folder, by=build.by, received_at=_evening(build.days[0]))


def _calendar(build: Build) -> str:
    """Holidays from the year of the first claim to two years on: deadlines are counted in working days."""
    options = build.company.options
    first, last = date(options.start.year, 1, 1), date(options.end.year + 2, 12, 31)
    english = korean_holidays(first, last, language="en_US")
    missing = [
        CompanyHoliday(
            on=day,
            name=name[:80],
            name_en=english.get(day, "")[:80],
            kind="substitute" if "대체" in name else "public",
        )
        for day, name in korean_holidays(first, last).items()
        if not CompanyHoliday.objects.filter(on=day).exists()
    ]
    if missing:
        with one_transaction():
            CompanyHoliday.objects.bulk_create(missing, ignore_conflicts=True)
            record(
                action="feed.imported",
                by=build.by,
                subject=CONFIG,
                after={"feed": "holidays", "n": len(missing)},
            )
    return f"{CompanyHoliday.objects.count()} holidays"


def _settings(build: Build) -> str:
    if not CompanySettings.objects.filter(state=CompanySettings.State.ACTIVE).exists():
        row = propose_settings(changes=SETTINGS, note="데모 회사의 설정", by=build.by)
        activate_settings(number=row.number, by=build.by)
    return "capacity and limits set"


def _rules(build: Build) -> str:
    installed = install_starter_rules(by=build.by)
    return f"{installed.rules} rules, {installed.lists} lists, {installed.parameters} thresholds installed"


def _staff(build: Build) -> str:
    logins = create_staff(build.by)
    build.plan.logins = [vars(login) for login in logins]
    return f"{len(logins)} logins"


def _arrived(name: str, frame: pl.DataFrame, day: date) -> Arrived:
    """A claim file as it arrives on the evening of `day`."""
    path = demo_folder() / "files" / name
    if not path.exists():
        write_csv(frame, Path(path))
    return Arrived(path, name, _evening(day))


def _import(build: Build, files: Sequence[Arrived], *, is_history: bool) -> None:
    """Import claim files. Raises DemoFileRefused."""
    done = import_in_order(files=files, profile=get_profile(PROFILE), by=build.by, is_history=is_history)
    for file in done:
        if file.state != ClaimFile.State.IMPORTED:
            raise DemoFileRefused(f"{file.name}: {file.state} {file.error}")
        build.say(
            f"  {file.name}: {file.n_accepted:,} new, {file.n_superseding:,} changed, {file.n_rejected:,} rejected"
        )


def _evening(day: date) -> datetime:
    return datetime.combine(day, _RECEIVED, ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)


def _history(build: Build) -> str:
    files = history_files(build.company, build.days[0])
    _import(build, [_arrived(*file, build.days[0]) for file in files], is_history=True)
    return f"{Claim.objects.filter(is_history=True).count():,} claims as history"


_KNOWN_AS = {scheme.code: scheme.known_as for scheme in SCHEMES}


def _outcomes(build: Build) -> str:
    """What the old audit team knew: labels, marked as simulated."""
    sql = "SELECT external_id, id AS claim_id FROM fraud_claim WHERE source_system = %s"
    ids = read_frame(sql, ["default"], schema={"external_id": pl.String, "claim_id": pl.Int64})
    zone = ZoneInfo(settings.TIME_ZONE)
    known = build.company.outcomes.join(ids, on="external_id", how="inner", maintain_order="left")
    labels = [
        NewLabel(
            claim_id=row["claim_id"],
            is_misuse=row["is_misuse"],
            source=row["source"],
            known_at=datetime.fromisoformat(row["known_at"]).replace(tzinfo=zone),
            scheme=_KNOWN_AS.get(row["scheme"], ""),
            disposition=row["disposition"],
            selection_probability=row["selection_probability"],
            reference=f"demo:{row['channel']}",
        )
        for row in known.iter_rows(named=True)
    ]
    reason = "Simulated outcomes of the demo company, not real reviews"
    n_new = add_labels(labels=labels, by=build.by, subject=CONFIG, reason=reason)
    return f"{n_new:,} simulated outcomes added as labels"


def _model(build: Build) -> str:
    """A first version trained on the simulated outcomes; one that was trained before a stop is taken, not made anew."""
    try:
        return f"{champion().version.reference} is in service"
    except NoChampion:
        pass
    waiting = ModelVersion.objects.filter(stage=ModelVersion.Stage.CHALLENGER).order_by("-id").first()
    version = waiting or train_challenger(by=build.by, config=replace(training_config(), **LEARNING))
    version = install_first_version(version=version, by=build.by)
    return f"{version.reference} trained on {version.n_confirmed} confirmed cases and put into service"


def _weeks(build: Build) -> str:
    """The weeks before the nights, looked back at and worked; the old audit team's outcomes stay what they are."""
    return work_weeks(
        last=build.days[0],
        known_by=_evening(build.days[0]) + timedelta(minutes=5),
        truth=frozenset(build.company.truth["external_id"]),
        by=build.by,
        weeks=weeks_of(build.plan),
        say=build.say,
    )


def _test(build: Build) -> str:
    """The first version has no predecessor: its recipe, trained as of some weeks ago, shows what it is worth on the claims since.

    The claims of the past only, so that it does not matter whether the nights came before.
    """
    version = champion().version
    if Evaluation.objects.filter(model_version=version).exists():
        return f"{version.reference} is tested"
    end = datetime.combine(build.days[0] + timedelta(days=1), clock(0), ZoneInfo(settings.TIME_ZONE))
    try:
        found = evaluate_out_of_time(
            version=version, by=build.by, cut_off=end - timedelta(weeks=TEST_WEEKS), window_to=end
        )
    except (NothingToCompare, TrainingFailed) as error:
        return f"not tested: {error}"
    return f"{found.n_claims:,} later claims, {found.n_misuse} of them known misuse"


def _nights(build: Build) -> str:
    n_cases = 0
    for previous, day in pairwise(build.days):
        _import(build, [_arrived(*night_file(build.company, day, previous), day)], is_history=False)
        cut_off = min(end_of_night(day), now())
        run = run_night(
            business_date=day, by=build.by, cut_off_at=cut_off, progress=lambda line: build.say(f"  {line}")
        )
        n_cases += run.n_cases
    return f"{n_cases} cases opened"


def _cardholders(build: Build) -> str:
    logins = create_cardholders(build.by)
    known = {login["username"] for login in build.plan.logins}
    build.plan.logins += [vars(login) for login in logins if login.username not in known]
    return f"{len(logins)} logins"


def _casework(build: Build) -> str:
    lines = play_casework()
    return f"{len(lines)} cases begun"


Steps = tuple[tuple[str, Callable[[Build], str]], ...]
STEPS: Steps = (
    ("People, absences, trips, overtime", _people),
    ("Calendar", _calendar),
    ("Settings", _settings),
    ("Starter rules", _rules),
    ("Logins of staff", _staff),
    ("Claims of the past", _history),
    ("Outcomes of the past", _outcomes),
    ("First model", _model),
    ("Nights", _nights),
    ("Logins of cardholders", _cardholders),
    ("First casework", _casework),
)
#: What nobody has to wait for: a page that shows it says that it is still to come.
LATER: Steps = (("Worked weeks", _weeks), ("Test of the first model on later claims", _test))
