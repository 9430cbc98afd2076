"""What every test shares: a home of its own, and transactional tests on append-only tables."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as drawn

from tests.counted import COUNTED, told
from tests.databases import migrated_file, put_migrated_file
from tests.draws import draws
from tests.servers import postgres, redis
from tests.sharing import place, scheduler
from tests.warm import forked_reading

__all__ = ["forked_reading", "postgres", "redis"]  # one server of each for all tests of a process

# Every module of the tests is about to be loaded and stays: looking for circles meanwhile takes an eighth of that time.
gc.disable()
# Before Django reads its settings: tests never touch the data of the person who runs them.
os.environ["CLEANCARD_HOME"] = tempfile.mkdtemp(prefix="cleancard-tests-")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_DISABLE_JIT", "1")  # as in production: see fraud/detectors/hbos.py
# Compiled modules are kept also where a machine forbids it: many tests start processes, and each would compile all again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.pop("DATABASE_URL", None)
os.environ.pop("CELERY_BROKER_URL", None)

# How long one drawn example takes says how busy the machine is, and nothing about the code.
drawn.register_profile("patient", parent=drawn(), deadline=None, max_examples=draws(100))
drawn.load_profile("patient")

REQUIRE_ALL = os.environ.get("CLEANCARD_REQUIRE_ALL") == "1"


def missing(what: str) -> None:
    """Skip visibly for want of a program; where everything is required, fail."""
    if REQUIRE_ALL:
        pytest.fail(f"{what} is required here and was not found")
    pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="session", autouse=True)
def _settings_of_every_test() -> Iterator[None]:
    """Set once; a test that is about one of them sets it by pytest-django's `settings`."""
    from django.test import override_settings

    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(IMPORT_KEEP_WARM=False, SECOND_STEP_ROLES=(), PASSWORD_HASHERS=hashers):
        yield


@pytest.fixture(scope="session", autouse=True)
def _clients_are_quick(_settings_of_every_test: None) -> Iterator[None]:
    from tests.clients import quick_clients

    with quick_clients():
        yield


#: Folders of a test's own, below its home.
_FOLDERS = ("MEDIA_ROOT", "MODELS_DIR", "OUTBOX_DIR", "INBOX_DIR")


@pytest.fixture(scope="session")
def unused_homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """A home nothing has been written to, for the next test; empty when the last one wrote to it."""
    yield (homes := [])
    for home in homes:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(autouse=True)
def home_of_its_own(
    request: pytest.FixtureRequest,
    unused_homes: list[Path],
    tmp_path_factory: pytest.TempPathFactory,
    _settings_of_every_test: None,
) -> Iterator[None]:
    """Files and locks of one test stay with that test; one that writes none hands its home on.

    Making and removing six folders is half of what a small test takes.
    """
    from django.conf import settings

    before = {name: getattr(settings, name) for name in ("HOME", "EMAIL_FILE_PATH", *_FOLDERS)}
    is_tests = "tmp_path" in request.fixturenames
    if is_tests or not unused_homes:
        home = request.getfixturevalue("tmp_path") if is_tests else tmp_path_factory.mktemp("home")
        for name in _FOLDERS:
            (home / name.lower()).mkdir()
    else:
        home = unused_homes.pop()
    own = {name: home / name.lower() for name in _FOLDERS}
    _put({"HOME": home, "EMAIL_FILE_PATH": own["OUTBOX_DIR"], **own})
    # ids of runs begin anew with every test's database, so what a process keeps of a run is another test's
    if frames := sys.modules.get("fraud.detection.screening.frames"):
        frames.forget_frames()
    if kept := sys.modules.get("fraud.web.kept"):
        kept.is_checked = True  # every page of every test: what is kept is what would be made anew
    yield
    _put(before)
    if is_tests:
        return
    if _is_unused(home, own.values()):
        unused_homes.append(home)
    else:
        shutil.rmtree(home, ignore_errors=True)


def _is_unused(home: Path, folders: Iterable[Path]) -> bool:
    try:
        return set(map(home.joinpath, os.listdir(home))) == set(folders) and not any(map(os.listdir, folders))
    except OSError:  # a test took a folder away
        return False


def _put(values: dict[str, Any]) -> None:
    """Settings, of which only the storage of files has to be told: each signal would go to some ninety receivers."""
    from django.conf import settings
    from django.core.signals import setting_changed

    for name, value in values.items():
        setattr(settings, name, value)
    setting_changed.send(None, setting="MEDIA_ROOT", value=values["MEDIA_ROOT"], enter=True)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The database is there already: see `django_db_modify_db_settings`."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Where the test database is to be, a copy of one that is migrated."""
    from django.conf import settings

    put_migrated_file(Path(settings.DATABASES["default"]["TEST"]["NAME"]))


@pytest.fixture(scope="session")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Forks processes that run commands, so that each need not import everything first."""
    from tests.fault.rig import Zygote

    started = Zygote(tmp_path_factory.mktemp("zygote"))
    yield started
    started.stop()


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_looked_for_once() -> Iterator[None]:
    """Every client of a test has a server of its own, and each would walk through all folders of static files."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    found: dict[str, Any] = {}
    look = WhiteNoiseMiddleware.add_files_from_finders

    def add_files_from_finders(self: Any) -> None:
        if not found:
            look(self)
            found.update(self.files)
        self.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_files_from_finders)
        yield


@pytest.fixture(scope="session", autouse=True)
def _a_statement_gets_its_signs_once() -> Iterator[None]:
    """SQLite writes `?` where Django writes `%s`: looked for in every statement, of which a run sends each some thousand times."""
    from django.db.backends.sqlite3.base import SQLiteCursorWrapper

    convert = SQLiteCursorWrapper.convert_query
    plain = lru_cache(4096)(lambda query: convert(None, query))

    def convert_query(self: Any, query: str, *, param_names: list[str] | None = None) -> str:
        return plain(query) if param_names is None else convert(self, query, param_names=param_names)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLiteCursorWrapper, "convert_query", convert_query)
        yield


@pytest.fixture(scope="session", autouse=True)
def _flush_may_empty_the_audit_tables() -> Iterator[None]:
    """The flush after a transactional test is the one thing allowed to empty append-only tables."""
    from django.core.management.commands import flush

    original = flush.sql_flush

    def sql_flush(style, connection, **options):
        statements = original(style, connection, **options)
        if connection.vendor != "sqlite":
            return statements
        triggers = [
            ("audit_auditevent", "update"),
            ("audit_auditevent", "delete"),
            ("audit_accessrecord", "update"),
            ("audit_accessrecord", "delete"),
        ]
        drop = [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table, verb in triggers]
        create = [
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table, verb in triggers
        ]
        return [*drop, *statements, *create]

    flush.sql_flush = sql_flush
    yield
    flush.sql_flush = original


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: place(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return scheduler(config, log)


def pytest_collection_finish() -> None:
    """What has been loaded by now stays: looking through it for circles again and again took a tenth of a run."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker counted joins the others' at the end of a run in several processes."""
    for name, counts in getattr(node, "workeroutput", {}).get("counted", {}).items():
        COUNTED[name].update(counts)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["counted"] = {name: dict(counts) for name, counts in COUNTED.items()}


def pytest_sessionstart(session: pytest.Session) -> None:
    """The settings name a folder for temporary files that only their owner may enter; servers of tests run as somebody else."""
    tempfile.tempdir = None
    asked = session.config.option
    if process := getattr(session.config, "workerinput", None):
        if not asked.file_or_dir:
            _load_tests_beginning_elsewhere(int(process["workerid"][2:]), process["workercount"])
        return
    if getattr(asked, "numprocesses", None) and not asked.collectonly:
        # While the processes of a run collect, theirs is migrated: each would wait for it, and one core work.
        threading.Thread(target=migrated_file, daemon=True).start()


def _load_tests_beginning_elsewhere(number: int, count: int) -> None:
    """Each process of a run begins with another part of the tests, so that of a fresh clone it compiles that part and finds the others' compiled."""
    root = Path(__file__).parents[1]
    files = sorted(root.glob("tests/**/test_*.py"))
    first = len(files) * number // count
    for file in files[first:] + files[:first]:
        with contextlib.suppress(Exception, pytest.skip.Exception):  # told when it is collected
            importlib.import_module(".".join(file.relative_to(root).with_suffix("").parts))


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["CLEANCARD_HOME"], ignore_errors=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The long machines say how many steps they took, whatever the verbosity."""
    for line in told():
        terminalreporter.write_line(line)
