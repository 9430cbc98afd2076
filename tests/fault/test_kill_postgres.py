"""The same night on PostgreSQL, and by real workers over Redis: killed, doubled, abandoned, always whole (ASVS 5: 16.5.2, 16.5.3)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fault.rig import DAY, ROOT, Company, Crew

pytestmark = pytest.mark.postgres
Make = Callable[[str], Company]
POINTS = ("features.built", "prepare.parts", "part.written", "open.written", "finish.recorded")


@pytest.fixture(scope="module")
def calm(
    big_template: Company, postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Any]]:
    """What the night leaves on PostgreSQL when nothing goes wrong."""
    from tests.servers import new_database

    company = big_template.copy(
        tmp_path_factory.mktemp("calm") / "home", new_database(postgres, "calm", "company")
    )
    done = company.nightly()
    assert done["status"] == 0, done["output"]
    return company.left()


def test_both_databases_give_the_same_night(
    calm: dict[str, list[Any]], undisturbed: dict[str, list[Any]]
) -> None:
    for name in ("scores", "hits", "cases", "alerts"):
        assert len(calm[name]) == len(undisturbed[name]), name
    for big, small in zip(calm["scores"], undisturbed["scores"], strict=True):
        assert big[0] == small[0]
        assert big[1:5] == pytest.approx(small[1:5], abs=1e-9)
    assert [row[:4] for row in calm["cases"]] == [row[:4] for row in undisturbed["cases"]]


@pytest.mark.parametrize("point", POINTS)
def test_killed_night_finishes_with_the_same_result(
    point: str, big_company: Make, calm: dict[str, list[Any]]
) -> None:
    company = big_company("kill_" + point.replace(".", "_"))
    killed = company.nightly(CLEANCARD_FAULT=f"{point}:kill")
    assert killed["status"] == -signal.SIGKILL, killed["output"]
    again = company.nightly()
    assert again["status"] == 0, again["output"]
    assert company.left() == calm


@pytest.mark.parametrize("fault", ["", "piece.worked:kill:3"])
def test_two_plain_processes_work_one_large_night(
    fault: str, big_company: Make, calm: dict[str, list[Any]]
) -> None:
    """Both do all there is to do; where one dies over a piece, the other takes it over."""
    company = big_company(f"plain_{len(fault)}")
    command = [sys.executable, "manage.py", "nightly", "--date", DAY]
    both = []
    for wanted in (fault, ""):
        more = {"LARGE_NIGHT": "100", "COLUMNS_FROM": "0", "CLEANCARD_FAULT": wanted}
        environment = {**os.environ, **company.env(**more)}
        both.append(
            subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
        )
    told = [one.communicate(timeout=600)[0].decode(errors="replace") for one in both]
    assert both[1].returncode == 0, told[1]
    assert both[0].returncode in ((0,) if not fault else (-signal.SIGKILL, 0)), told[0]
    assert company.left() == calm


@pytest.fixture
def crew(request: pytest.FixtureRequest, big_company: Make, redis: str) -> Iterator[Crew]:
    """A company with a broker queue of its own and no worker yet."""
    made = Crew(big_company(request.node.name[:40].lower()), redis, [])
    flush(made)
    yield made
    made.stop()


@pytest.mark.redis
def test_workers_finish_a_night_that_was_rung_twice(crew: Crew, calm: dict[str, list[Any]]) -> None:
    crew.ring("cases.tasks.run_night", DAY)
    crew.ring("cases.tasks.run_night", DAY)
    crew.start("one")
    crew.wait_for(crew.is_finished)
    for task, args in (
        ("cases.tasks.score_part", (1,)),
        ("cases.tasks.finish_run", (1,)),
        ("cases.tasks.run_night", (DAY,)),
    ):
        crew.ring(task, *args)
    crew.ring("cases.tasks.sweep")
    crew.wait_for(lambda: queue_is_empty(crew))
    assert crew.company.left() == calm


@pytest.mark.redis
def test_parent_of_a_working_worker_never_maps_a_learning_library(crew: Crew) -> None:
    worker = crew.start("one", processes=1)
    crew.ring("cases.tasks.run_night", DAY)
    crew.wait_for(crew.is_finished)
    (child,) = children_of(worker.pid)
    assert learning_libraries_of(child) == {"xgboost"}, (
        "the child scores, and needs the library of the trees only"
    )
    assert learning_libraries_of(worker.pid) == set()


@pytest.mark.redis
def test_child_killed_while_storing_is_replaced_and_the_night_is_whole(
    crew: Crew, calm: dict[str, list[Any]]
) -> None:
    marker = crew.company.home / "failed-once"
    crew.start("one", CLEANCARD_FAULT="part.written:kill", CLEANCARD_FAULT_ONCE=str(marker))
    crew.ring("cases.tasks.run_night", DAY)
    crew.wait_for(crew.is_finished)
    assert marker.exists()
    assert crew.company.left() == calm


@pytest.mark.redis
@pytest.mark.parametrize("point", ["piece.taken:kill:2", "piece.worked:kill:5"])
def test_large_night_whose_worker_dies_over_a_piece_is_whole(
    point: str, crew: Crew, calm: dict[str, list[Any]]
) -> None:
    """Whichever of the two it is: who prepares the run, or who helps."""
    marker = crew.company.home / "failed-once"
    large = {"LARGE_NIGHT": "100", "COLUMNS_FROM": "0"}
    crew.start("one", CLEANCARD_FAULT=point, CLEANCARD_FAULT_ONCE=str(marker), **large)
    crew.ring("cases.tasks.run_night", DAY)
    try:
        crew.wait_for(crew.is_finished, 30)
    except AssertionError:
        crew.ring("cases.tasks.sweep")  # the schedule rings every minute
        crew.wait_for(crew.is_finished)
    assert marker.exists()
    assert crew.company.left() == calm


@pytest.mark.redis
def test_night_of_a_worker_that_never_returns_is_taken_over(crew: Crew, calm: dict[str, list[Any]]) -> None:
    marker = crew.company.home / "failed-once"
    worker = crew.start(
        "one", CLEANCARD_FAULT="part.done:kill", CLEANCARD_FAULT_ONCE=str(marker), processes=1
    )
    crew.ring("cases.tasks.run_night", DAY)
    crew.wait_for(marker.exists)
    os.killpg(worker.pid, signal.SIGKILL)
    flush(crew)  # every message is lost with it
    crew.start("two")
    crew.ring("cases.tasks.sweep")
    try:
        crew.wait_for(crew.is_finished, 20)
    except AssertionError:
        crew.ring("cases.tasks.sweep")  # the schedule rings every minute
        crew.wait_for(crew.is_finished)
    assert crew.company.left() == calm


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def learning_libraries_of(pid: int) -> set[str]:
    """Learning libraries whose machine code the kernel has mapped into a process."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    return {name for name in ("xgboost", "sklearn", "torch", "numba") if f"/{name}/" in maps}


def flush(crew: Crew) -> None:
    import redis

    redis.Redis.from_url(crew.broker).flushdb()


def queue_is_empty(crew: Crew) -> bool:
    import redis

    client = redis.Redis.from_url(crew.broker)
    return client.llen("celery") == 0 and client.hlen("unacked") == 0


def test_every_registered_task_is_known_to_be_idempotent() -> None:
    from cases.tasks import IDEMPOTENT as OF_CASES
    from fraud.learning.tasks import IDEMPOTENT as OF_LEARNING
    from fraud.project.celery import app

    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert "cases.tasks.run_night" in ours
    assert ours <= {*OF_CASES, *OF_LEARNING}
