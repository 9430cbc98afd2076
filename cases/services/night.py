"""The night: from claims received to cases opened, in stages that can be interrupted anywhere and started again.

A missed night is caught up in order with its own cut-off, so that every day's claims meet their own day's capacity.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.clock import now
from audit.collecting import loaded_set_aside
from audit.permissions import require
from cases.models import LastRing
from cases.services.alarms import tell_alarms, tell_of_damage
from cases.services.clocks import sweep_clocks
from cases.services.dead_mail import give_addresses, tell_of_dead_mail
from cases.services.escalating import allocate_work
from cases.services.following import follow_changes
from cases.services.health import ring
from cases.services.night_failed import fail_run, take_up_again
from cases.services.nights_due import (
    NIGHTLY,
    business_date_of,
    end_of_night,
    missed_nights,
    not_later,
    not_over,
    paused_before,
)
from cases.services.opening import open_cases
from cases.services.outbox import send_outbox
from cases.services.receipts import read_sent_receipts
from cases.services.retention import erase_expired
from cases.services.webhook_outbox import send_messages
from fraud.claims.importing.laid_aside import forget_laid_aside
from fraud.claims.importing.parts import forget_uploads
from fraud.claims.importing.positions import begin_positions
from fraud.company.values import current_settings, to_json
from fraud.detection.models import RunPart, ScreeningRun
from fraud.detection.run_words import after_cancelling
from fraud.detection.screening.services import (
    LeaseLost,
    Ring,
    RunBusy,
    ahead_of,
    ends_its_leases,
    finish_run,
    finish_scoring,
    help_prepare,
    n_stored,
    new_token,
    next_part,
    open_run,
    prepare_run,
    release,
    score_part,
    stage_of,
    take,
)
from fraud.learning.rounds import first_version
from fraud.people.leaving import end_leavers
from fraud.web.words import run_state_word

log = logging.getLogger(__name__)
Progress = Callable[[str], None]
_POLL_SECONDS = 0.2
State = ScreeningRun.State


def run_night(
    *,
    business_date: date | None = None,
    by: Actor,
    source: str = NIGHTLY,
    cut_off_at: datetime | None = None,
    progress: Progress | None = None,
) -> ScreeningRun:
    """Screen everything pending for a business date (default: the one that just ended) and open its cases, in process.

    Running again continues what was interrupted and changes nothing once the run is finished. `cut_off_at` (default: now)
    is pinned when the run is made. Raises NotPermitted, NightNotYet; errors of a stage are kept in the run and raised.
    """
    say = progress or (lambda line: None)
    if business_date is None and source == NIGHTLY:
        *late, run = open_nights(by=by)
    else:
        wanted = not_later(business_date, cut_off_at or now())
        late, run = [], open_run(business_date=wanted, by=by, source=source, cut_off_at=cut_off_at)
    return work_on(run, late=late, by=by, progress=say)


def work_on(
    run: ScreeningRun, *, late: Sequence[ScreeningRun] = (), by: Actor, progress: Progress | None = None
) -> ScreeningRun:
    """Work a run to its end in this process; before it, one after the other, missed nights and those begun earlier that have not ended.

    Returns the run, or the one that is paused before it. An error of a stage is kept in the run it stopped, and raised.
    """
    say = progress or (lambda line: None)
    held = paused_before(run)
    if held is not None:
        said = _("%(held)s is paused; %(run)s waits behind it")
        say(said % {"held": held.reference, "run": run.reference})
        return held
    missed = {one.pk: one for one in late}
    earlier = {one.pk: one for one in ahead_of(run)}
    for pk, one in sorted((earlier | missed).items()):
        said = (
            _("%(run)s: missed, caught up now")
            if pk in missed
            else _("%(run)s: under way, worked to its end first")
        )
        say(said % {"run": one.reference})
        if _work(one, by, say).paused_at is not None:
            return one
    return _work(run, by, say)


def look_back(
    *, week_to: date, known_by: datetime, seats: int, by: Actor, progress: Progress | None = None
) -> ScreeningRun:
    """Screen the history paid in the seven days up to `week_to`, as known at `known_by`, and open at most about `seats` cases of it.

    Of what nobody has judged yet; the cases are opened now. Running again continues what was interrupted. Raises NotPermitted.
    """
    values = current_settings()
    minutes = seats * values.minutes_per_case
    run = open_run(
        business_date=week_to,
        by=by,
        source=ScreeningRun.LOOK_BACK,
        cut_off_at=known_by,
        is_late=True,
        settings_used=to_json(replace(values, reviewer_minutes_per_day=minutes)),
    )
    return _work(run, by, progress or (lambda line: None))


def open_nights(*, by: Actor, business_date: date | None = None) -> list[ScreeningRun]:
    """The runs up to a business date (default: the one that just ended): missed nights first, its own last.

    A day that is past is caught up with the cut-off it would have had; of one whose run exists that run alone is meant.
    Raises NotPermitted, NightNotYet, NightOver, NothingReceived.
    """
    require(by, "fraud.run_night")
    at = now()
    wanted = not_later(business_date, at)
    known = ScreeningRun.objects.filter(source=NIGHTLY, business_date=wanted).first()
    if known is None:
        not_over(wanted)
    elif business_date is not None:
        return [known]
    begin_positions(by=by)
    follow_changes()
    read_sent_receipts()
    late = [
        open_run(business_date=missed, by=by, cut_off_at=end_of_night(missed), is_late=True)
        for missed in missed_nights(wanted)
    ]
    is_late = wanted < business_date_of(at)
    own = open_run(
        business_date=wanted, by=by, cut_off_at=end_of_night(wanted) if is_late else None, is_late=is_late
    )
    return [*late, own]


def prepare(run: ScreeningRun, *, by: Actor, ring: Ring | None = None) -> ScreeningRun:
    """The run's first stage; makes the first model version where there is none. `ring` calls for help with it. Raises RunBusy."""
    return prepare_run(run=run, by=by, first_model=first_version, ring=ring)


def let_time_pass() -> dict[str, int]:
    """What happens without anybody acting: deadlines, reminders, the outbox, uploads nobody goes on with; how often each happened."""
    ring(LastRing.Bell.SWEEP)
    done = {**sweep_clocks(), **erase_expired(), "mail_addressed": give_addresses()}
    done["logins_ended"] = end_leavers()
    done["receipts_read"] = read_sent_receipts()
    done |= allocate_work(now())
    done |= {f"mail_{what}": n for what, n in send_outbox().items()}
    done |= {f"webhooks_{what}": n for what, n in send_messages().items()}
    done |= {"mail_alarms": tell_of_dead_mail(now()), "model_alarms": tell_of_damage(now())}
    return {**done, "uploads_forgotten": forget_uploads(now()) + forget_laid_aside()}


@loaded_set_aside()
def _work(run: ScreeningRun, by: Actor, say: Progress) -> ScreeningRun:
    """All stages of a run in this process, until it ends or is paused; waits while somebody else works on it.

    An error of the whole run fails it with its reason at once: in this process nobody tries again.
    """
    try:
        while run.state not in (State.FINISHED, State.CANCELLED):
            if run.paused_at is not None:
                said = _("%(run)s: paused; claims scored and kept %(done)s of %(all)s")
                say(said % _how_far(run))
                break
            if not advance(run, by=by, say=say):
                time.sleep(_POLL_SECONDS)
            run.refresh_from_db()
    except Exception as error:
        fail_run(run, by=by, reason=reason_of(error))
        raise
    return run


def reason_of(error: Exception) -> str:
    """What a run that an error stopped keeps as its reason."""
    return f"{type(error).__name__}: {error}"[:2000]


def advance(run: ScreeningRun, *, by: Actor, say: Progress | None = None) -> bool:
    """Do the next piece of a run's work; False when all of it is in other hands now, or the run is paused."""
    say = say or (lambda line: None)
    run.refresh_from_db()
    if run.paused_at is not None:
        return False
    if run.state == State.FAILED and not take_up_again(run, by=by):
        return False
    if run.state == State.PREPARING:
        try:
            prepare(run, by=by)
        except RunBusy:
            return help_prepare(run)
        n_parts = RunPart.objects.filter(run=run).count()
        said = _("%(run)s: claims %(all)s, parts %(parts)s")
        say(said % {"run": run.reference, "all": f"{run.n_claims:,}", "parts": f"{n_parts:,}"})
        return True
    if run.state == State.SCORING:
        part = next_part(run)
        if part is not None:
            if score_part(part_id=part.pk):
                say(_("%(run)s: claims scored %(done)s of %(all)s") % _how_far(run))
            return True
        return finish_scoring(run=run)
    if run.state == State.OPENING:
        return close_run(run, by=by, say=say)
    return True


def _how_far(run: ScreeningRun) -> dict[str, str]:
    return {"run": run.reference, "done": f"{n_stored(run):,}", "all": f"{run.n_claims:,}"}


@ends_its_leases
def close_run(run: ScreeningRun, *, by: Actor, say: Progress | None = None) -> bool:
    """Open the cases of a scored run and finish it, under its lease; False while somebody else does."""
    say = say or (lambda line: None)
    run.refresh_from_db()
    token = new_token()
    if run.state != State.OPENING or run.paused_at is not None:
        return run.state == State.FINISHED
    if not take(run, token, attempts=run.attempts + 1):
        return False
    try:
        opened = open_cases(run=run, token=token, by=by)
        said = _(
            "%(run)s: alerts %(alerts)s, new cases %(cases)s, joined open cases %(joined)s, held back %(held)s, expired %(expired)s"
        )
        say(
            said
            % {
                "run": run.reference,
                "alerts": f"{opened.n_alerts:,}",
                "cases": f"{opened.n_cases:,}",
                "joined": f"{opened.n_joined:,}",
                "held": f"{opened.n_held_back:,}",
                "expired": f"{opened.n_expired:,}",
            }
        )
        finish_run(run=run, token=token, by=by)
        if run.source != ScreeningRun.LOOK_BACK:
            _tell_alarms()
    except LeaseLost:
        return False
    except Exception as error:
        release(run, token, error=f"{type(error).__name__}: {error}")
        raise
    return True


def _tell_alarms() -> None:
    """Mail what the night shows of the models to their owner; a night that is finished stays so whatever happens here."""
    try:
        tell_alarms(now())
    except Exception:
        log.exception("alarms could not be told")


def closing_line(run: ScreeningRun) -> str:
    """What came of a run in one line, the same for command and task, in the active language."""
    if run.state == State.CANCELLED and run.source == ScreeningRun.LOOK_BACK:
        return f"{_('%(run)s was cancelled') % {'run': run.reference}}: {after_cancelling(is_look_back=True)}"
    if run.state == State.CANCELLED:
        said = _("%(run)s was cancelled; its claims wait for the next night")
        return said % {"run": run.reference}
    if run.state not in ScreeningRun.ENDED:
        said = _("%(run)s has not ended; claims scored and kept %(done)s of %(all)s")
        return said % _how_far(run)
    scoring, opening = (stage_of(run, name) or {"counts": {}} for name in ("scoring", "opening"))
    said = _(
        "%(run)s %(state)s: claims %(claims)s, scored %(scored)s, set apart %(apart)s, rule hits %(hits)s, alerts %(alerts)s, "
        "new cases %(cases)s, held back %(held)s, expired %(expired)s"
    )
    figures = {
        "claims": run.n_claims,
        "scored": run.n_scored or n_stored(run),  # of one that failed over its parts, what is kept
        "apart": scoring["counts"].get("quarantined", 0),
        "hits": run.n_hits,
        "alerts": run.n_alerts,
        "cases": run.n_cases,
        "held": run.n_held_back,
        "expired": opening["counts"].get("expired", 0),
    }
    told = {name: f"{value:,}" for name, value in figures.items()}
    found = said % {"run": run.reference, "state": run_state_word(run.state), **told}
    instead = (stage_of(run, "prepare") or {"counts": {}})["counts"].get("stands_in_for")
    if instead and run.model_version is not None:
        replaced = _("%(damaged)s is damaged, scored by %(other)s")
        found += "; " + replaced % {"damaged": instead, "other": run.model_version.reference}
    return f"{found} ({run.error})" if run.state == State.FAILED else found
