"""`make services`: two servers of the checkout's own, or a word why not; never "running" while another program has the port."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IS_INSTALLED = shutil.which("redis-server") and (
    shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
)
pytestmark = pytest.mark.skipif(not IS_INSTALLED, reason="PostgreSQL and Redis are not installed")


def services(step: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """`deploy/services` in a folder of the test's own, on ports that nobody uses unless `env` says so."""
    ports = {"SERVICES_PG_PORT": str(unused_port()), "SERVICES_REDIS_PORT": str(unused_port())}
    return subprocess.run(
        [str(ROOT / "deploy/services"), step],
        env={**os.environ, **ports, "SERVICES_DIR": str(folder), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def unused_port() -> int:
    """A port nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize(
    ("variable", "name"), [("SERVICES_PG_PORT", "PostgreSQL"), ("SERVICES_REDIS_PORT", "Redis")]
)
def test_port_of_somebody_else_is_told_and_nothing_is_said_to_run(
    variable: str, name: str, tmp_path: Path
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = str(other.getsockname()[1])
        done = services("start", tmp_path / "servers", **{variable: port})
    assert done.returncode == 1
    assert f"{name} cannot start" in done.stderr
    assert port in done.stderr
    assert f"{variable}=" in done.stderr
    assert "running" not in done.stdout
    assert not (tmp_path / "servers" / "env").exists()


def test_stopping_what_does_not_run_says_nothing(tmp_path: Path) -> None:
    done = services("stop", tmp_path / "servers")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "PostgreSQL does not run\nRedis does not run" in services("status", tmp_path / "servers").stdout


def test_what_was_started_is_stopped_whatever_port_is_meant_then_and_however_busy_it_is(
    tmp_path: Path,
) -> None:
    """Both listened on ports of their own once; `stop` and `status` are not told them again, and Redis does not answer."""
    folder = tmp_path / "servers"
    if os.getuid() == 0:  # PostgreSQL's own user has to pass through
        for above in (tmp_path, *tmp_path.parents[:3]):
            above.chmod(above.stat().st_mode | 0o011)
    started = services("start", folder)
    assert started.returncode == 0, started.stderr
    redis = int((folder / "redis/pid").read_text())
    bare = {"SERVICES_PG_PORT": "", "SERVICES_REDIS_PORT": ""}
    try:
        assert services("status", folder, **bare).stdout.count(" runs on port ") == 2
        again = services("start", folder)  # other ports, and they run already
        assert again.returncode == 0, again.stderr
        os.kill(redis, signal.SIGSTOP)
        threading.Timer(3, os.kill, (redis, signal.SIGCONT)).start()
    finally:
        stopped = services("stop", folder, **bare)
    assert (stopped.returncode, stopped.stderr) == (0, "")
    assert not Path(f"/proc/{redis}").exists()
    assert services("status", folder).stdout == "PostgreSQL does not run\nRedis does not run\n"
