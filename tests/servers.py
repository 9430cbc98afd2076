"""PostgreSQL and Redis for tests, started from the installed programs on free ports and stopped by their own handles.

Where a program is missing, its tests skip and say so; with CLEANCARD_REQUIRE_ALL=1 that is a failure instead.
"""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

_START_SECONDS = 300


class ServerMissing(RuntimeError):
    """A server program is not installed."""


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def skip_or_fail(reason: str) -> None:
    """Skip visibly, or fail where everything is required."""
    if os.environ.get("CLEANCARD_REQUIRE_ALL") == "1":
        pytest.fail(f"required here: {reason}")
    pytest.skip(reason)


def postgres_program(name: str) -> str:
    """Path of a PostgreSQL program, the newest installed. Raises ServerMissing."""
    found = shutil.which(name)
    if found and name != "initdb":
        return found
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[-3]))
    places += [Path(p) for p in ("/usr/local/pgsql/bin", "/opt/homebrew/bin") if (Path(p) / name).exists()]
    if found:
        return found
    if not places:
        raise ServerMissing(f"PostgreSQL's {name} is not installed")
    return str(places[-1])


def redis_program() -> str:
    """Path of redis-server. Raises ServerMissing."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if not found:
        raise ServerMissing("redis-server is not installed")
    return found


def _as_unprivileged() -> dict[str, int]:
    """PostgreSQL refuses root: run it as `postgres`, or as `nobody` where there is no such user."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid}
    raise ServerMissing("an unprivileged user to run PostgreSQL as")


@contextmanager
def postgres_server() -> Iterator[str]:
    """A fresh cluster; yields `postgresql://…/postgres`. Raises ServerMissing."""
    initdb, server = postgres_program("initdb"), postgres_program("postgres")
    user = _as_unprivileged()
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    home.chmod(0o755)
    data = home / "data"
    data.mkdir(mode=0o700)
    if user:
        os.chown(home, user["user"], user["group"])
        os.chown(data, user["user"], user["group"])
    options = {"cwd": home, "extra_groups": [], **user} if user else {"cwd": home}
    command = [
        initdb,
        "-D",
        str(data),
        "-U",
        "cleancard",
        "--auth=trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]
    subprocess.run(command, check=True, capture_output=True, **options)  # type: ignore[call-overload]
    port = free_port()
    command = [
        server,
        "-D",
        str(data),
        "-p",
        str(port),
        "-k",
        str(home),
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        "shared_buffers=64MB",
        "-c",
        "max_connections=50",
        "-c",
        "synchronous_commit=off",
        # A process that is killed loses nothing of what the system holds; only a machine that loses power would.
        "-c",
        "fsync=off",
        "-c",
        "full_page_writes=off",
    ]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, **options)  # type: ignore[call-overload]
    try:
        _wait_for(port, process, home / "log")
        url = f"postgresql://cleancard@127.0.0.1:{port}/postgres"
        _wait_until_ready(url)
        yield url
    finally:
        process.send_signal(signal.SIGINT)  # the fast way down: it does not wait for clients
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(home, ignore_errors=True)


def restart_postgres(url: str, stack: ExitStack) -> Callable[[float], None]:
    """A function that stops the server behind `url` without a farewell to anybody, and starts it again so many seconds later."""
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        data = Path(row[0])
    # A database copied from a template a moment ago has sequences that no log knows; after a checkpoint it is like an older one.
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("CHECKPOINT")

    def restart(seconds: float) -> None:
        command = shlex.split((data / "postmaster.opts").read_text(encoding="utf-8"))
        os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        time.sleep(seconds)
        (data / "postmaster.pid").unlink(missing_ok=True)
        options = {
            "cwd": data.parent,
            **({"extra_groups": [], **_as_unprivileged()} if _as_unprivileged() else {}),
        }
        again = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
        stack.callback(lambda: (again.send_signal(signal.SIGINT), again.wait(20)))
        _wait_until_ready(url)

    return restart


@contextmanager
def redis_server() -> Iterator[str]:
    """A fresh Redis without persistence; yields `redis://…/0`. Raises ServerMissing."""
    program = redis_program()
    home = Path(tempfile.mkdtemp(prefix="redis-"))
    port = free_port()
    command = [
        program,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(home),
    ]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(port, process, home / "log")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended at once: {log.read_text(errors='replace')[-2000:]}")
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not answer within {_START_SECONDS} seconds")


def _wait_until_ready(url: str) -> None:
    """The port opens before the server takes connections."""
    import psycopg

    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def new_database(server: str, name: str, template: str = "template1") -> str:
    """A database on the server, copied from a template; returns its URL. An older one of that name is dropped."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return server.rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL server for the session."""
    try:
        context = postgres_server()
        url = context.__enter__()
    except ServerMissing as missing:
        skip_or_fail(str(missing))
        raise
    yield url
    context.__exit__(None, None, None)


@pytest.fixture(scope="session")
def redis() -> Iterator[str]:
    """URL of a Redis server for the session."""
    try:
        context = redis_server()
        url = context.__enter__()
    except ServerMissing as missing:
        skip_or_fail(str(missing))
        raise
    yield url
    context.__exit__(None, None, None)
