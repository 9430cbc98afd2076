"""`python -m tests.fuzz [--seconds 600] [--seed N]`: requests nobody would write, as every role, against a company that runs; `make fuzz` runs it.

Half of the time is schemathesis over the description of the interface (its own environment, `requirements/fuzz.txt`), half are values of our own
where it does not reach: ids, dates, numbers and cursors of any length in addresses and filters, of pages as of the interface. The company of
`CLEANCARD_HOME` is copied first. The exit code is 1 where anything was answered with 500 or more, or with a trace.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import os
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.values import VALUES, filters_of, places

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "cleancard-demo"
ROLES = {
    "anonymous": "", "cardholder": "cardholder2", "manager": "manager1", "reviewer": "reviewer1", "approver": "approver1", "recovery clerk": "clerk",
    "rule admin": "ruleadmin", "model owner": "modelowner", "auditor": "auditor", "system admin": "admin", "data client": "token",
}  # fmt: skip


class Caller:
    """Somebody signed in (or not) at the server that runs."""

    def __init__(self, base: str, login: str, token: str) -> None:
        self.base, self.headers = base, {"Accept": "application/json, text/html"}
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), _Stay())
        if login == "token":
            self.headers["Authorization"] = f"Token {token}"
        elif login:
            self._sign_in(login)

    def _sign_in(self, login: str) -> None:
        page = self.opener.open(f"{self.base}/accounts/login/").read().decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert found
        form = {"csrfmiddlewaretoken": found[1], "username": login, "password": PASSWORD}
        status, _body = self.ask(
            "POST",
            "/accounts/login/",
            urllib.parse.urlencode(form).encode(),
            "application/x-www-form-urlencoded",
        )
        cookies = {cookie.name: cookie.value or "" for cookie in self.jar}
        assert status == 302, f"{login} could not sign in: {status}"
        self.headers["X-CSRFToken"] = next(value for name, value in cookies.items() if "csrf" in name)
        self.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())

    def ask(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> tuple[int, bytes]:
        """Status and beginning of the answer."""
        headers = {**self.headers, **({"Content-Type": kind} if body is not None else {})}
        request = urllib.request.Request(self.base + path, body, headers, method=method)
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.status, answer.read(4000)
        except urllib.error.HTTPError as error:
            return error.code, error.read(4000)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=600)
    options.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    options.add_argument("--port", type=int, default=8169)
    options.add_argument("--schemathesis", default=str(ROOT / ".venv-fuzz" / "bin" / "st"))
    options.add_argument("--role", choices=list(ROLES), action="append")
    asked = options.parse_args()
    print(f"seed {asked.seed}, {asked.seconds} s in all", flush=True)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        home = Path(name) / "home"
        shutil.copytree(os.environ.get("CLEANCARD_HOME", ROOT / "var"), home)
        env = {
            **os.environ,
            "CLEANCARD_HOME": str(home),
            "CLEANCARD_DEMO": "1",
            "OMP_NUM_THREADS": "1",
            "LOG_LEVEL": "ERROR",
        }
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "migrate", "-v0"], cwd=ROOT, env=env, check=True)
        schema = Path(name) / "schema.json"
        subprocess.run(
            [*manage, "spectacular", "--format", "openapi-json", "--file", str(schema)],
            cwd=ROOT,
            env=env,
            check=True,
        )
        token = _token(manage, env)
        with (Path(name) / "server.log").open("w") as log:
            server = subprocess.Popen(
                [str(Path(sys.executable).parent / "gunicorn"), "fraud.project.wsgi", "--bind", f"127.0.0.1:{asked.port}", "--workers", "2", "--threads", "4", "--worker-class", "gthread"],
                cwd=ROOT, env=env, stdout=log, stderr=log,
            )  # fmt: skip
            try:
                bad = _all(asked, schema, token, Path(name))
            finally:
                server.terminate()
                server.wait(120)
        traces = [
            line
            for line in (Path(name) / "server.log").read_text().splitlines()
            if "Traceback" in line or '"error"' in line
        ]
        for line in traces[:20]:
            print(line[:3000])
    print("no answer of 500 or more" if not bad else f"{bad} ANSWERS OF 500 OR MORE")
    return int(bool(bad))


def _token(manage: list[str], env: dict[str, str]) -> str:
    make = ["create_login", "fuzz.client", "--role", "data_client"]
    subprocess.run(
        [*manage, *make],
        cwd=ROOT,
        env={**env, "NEW_PASSWORD": secrets.token_urlsafe(16)},
        check=True,
        capture_output=True,
    )
    scopes = [
        part
        for name in ("claims:deliver", "deliveries:read", "outcomes:deliver")
        for part in ("--scope", name)
    ]
    told = subprocess.run(
        [*manage, "issue_token", "fuzz.client", *scopes],
        cwd=ROOT,
        env=env,
        check=True,
        capture_output=True,
        text=True,
    )
    return max(re.findall(r"[\w.-]{20,}", told.stdout), key=len)


def _all(asked: argparse.Namespace, schema: Path, token: str, folder: Path) -> int:
    base, roles, bad, total = f"http://127.0.0.1:{asked.port}", asked.role or list(ROLES), 0, 0
    _until_up(base)
    share = asked.seconds / len(roles) / 2
    print(f"{'role':16}{'by schemathesis':>16}{'own values':>12}{'answers of 500':>16}", flush=True)
    for role in roles:
        caller = Caller(base, ROLES[role], token)
        n_first, bad_first = _by_schema(asked, schema, caller, share, folder / f"{role}.ndjson")
        statuses: Counter[int] = Counter()
        worst = _own(
            random.Random(f"{asked.seed}:{role}"), schema, Caller(base, ROLES[role], token), share, statuses
        )
        print(f"{role:16}{n_first:>16,}{sum(statuses.values()):>12,}{bad_first + len(worst):>16}", flush=True)
        for line in worst[:20]:
            print(f"  {line}", flush=True)
        bad += bad_first + len(worst)
        total += n_first + sum(statuses.values())
    print(f"{total:,} requests as {len(roles)} roles")
    return bad


def _until_up(base: str) -> None:
    deadline = time.monotonic() + 900
    while True:
        try:
            urllib.request.urlopen(f"{base}/healthz", timeout=60)
            return
        except OSError:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.5)


def _by_schema(
    asked: argparse.Namespace, schema: Path, caller: Caller, seconds: float, report: Path
) -> tuple[int, int]:
    """Requests that schemathesis sent, and how many were answered with 500 or more."""
    headers = [part for name, value in caller.headers.items() for part in ("-H", f"{name}: {value}")]
    command = [asked.schemathesis, "run", str(schema), "--url", caller.base, *headers, "--checks", "not_a_server_error", "--max-time", str(int(seconds)), "--seed", str(asked.seed),
               "--continue-on-failure", "--max-failures", "50", "--request-timeout", "60", "--suppress-health-check", "all", "--report", "ndjson", "--report-ndjson-path", str(report), "--output-sanitize", "false"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=report.parent)
    statuses = (
        [int(found) for found in re.findall(r'"status_code":\s*(\d+)', report.read_text())]
        if report.exists()
        else []
    )
    bad = sum(status >= 500 for status in statuses)
    if not statuses or bad:
        print(done.stdout[-6000:], done.stderr[-2000:], flush=True)
    return len(statuses), bad


def _own(
    draw: random.Random, schema: Path, caller: Caller, seconds: float, statuses: Counter[int]
) -> list[str]:
    described, end, worst = json.loads(schema.read_text()), time.monotonic() + seconds, []
    for method, path, body in _requests(draw, described):
        if time.monotonic() > end:
            break
        status, said = caller.ask(method, path, body)
        statuses[status] += 1
        if (
            status >= 500 and status != 507 and not path.startswith("/readyz")
        ):  # that one says so where something is bad
            worst.append(f"{status} {method} {path[:300]} {(body or b'')[:200]!r} {said[:200]!r}")
        if b"Traceback (most recent" in said:
            worst.append(f"a trace: {method} {path[:300]}")
    return worst


def _requests(draw: random.Random, described: dict) -> Iterator[tuple[str, str, bytes | None]]:
    """Endless, drawn: an address with a value in each place, and filters with values, of the interface and of pages."""
    interface = [(method, path) for path, methods in described["paths"].items() for method in methods]
    pages = places()
    while True:
        if draw.random() < 0.6:
            method, path = draw.choice(interface)
            names = [
                one["name"]
                for one in described["paths"][path][method].get("parameters", [])
                if one["in"] == "query"
            ]
            address = re.sub(r"\{.*?\}", lambda _: urllib.parse.quote(draw.choice(VALUES), safe=""), path)
        else:
            method, (address, names) = "get", draw.choice(pages)
            address = re.sub(r"<.*?>", lambda _: urllib.parse.quote(draw.choice(VALUES), safe=""), address)
        chosen = draw.sample(names, min(len(names), draw.randint(0, 3)))
        asked = urllib.parse.urlencode([(name, draw.choice(VALUES)) for name in chosen])
        body = (
            json.dumps(
                {name: draw.choice(VALUES) for name in filters_of(described, method, address)}
            ).encode()
            if method in ("post", "put")
            else None
        )
        yield method.upper(), f"{address}?{asked}" if asked else address, body


if __name__ == "__main__":
    sys.exit(main())
