"""What differs between machines, read from environment variables: texts, switches, secrets, the database, addresses."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlparse


def env(name: str, default: str = "") -> str:
    """Value of an environment variable, or of the file that NAME_FILE points to."""
    path = os.environ.get(f"{name}_FILE")
    return Path(path).read_text(encoding="utf-8").strip() if path else os.environ.get(name, default)


def env_bool(name: str, default: bool = False) -> bool:
    return env(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def env_int(name: str, default: int) -> int:
    return int(env(name, str(default)))


def local_secret(home: Path, name: str) -> str:
    """A secret made once and kept beside the data, so that a first start needs no configuration."""
    path = home / name
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        path.chmod(0o600)
    return path.read_text(encoding="utf-8").strip()


#: Longest path under which a process of Python can still open its sockets: their address has at most 107 bytes.
_SOCKETS_FIT = 64


def scratch_of(home: Path) -> Path:
    """The folder for what is needed for a moment, which nobody else may enter: in `home`, or where that is too deep for the sockets of
    a child process, in the machine's own. Raises PermissionError where somebody else has one of that name there.
    """
    folder = home / "scratch"
    if len(os.fsencode(folder)) > _SOCKETS_FIT:
        key = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"cleancard-{os.getuid()}-{key}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(
            f"{folder} is somebody else's: take it away, or set CLEANCARD_HOME to a shorter path"
        )
    return folder


def secure_address(url: str) -> bool:
    """Whether what is sent there is encrypted, or does not leave the machine."""
    parts = urlparse(url)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    )


def origin_of(url: str) -> str:
    """The origin of an address, as a policy of pages names it."""
    parts = urlparse(url)
    return f"{parts.scheme}://{parts.netloc}"


def database(url: str, home: Path) -> dict[str, object]:
    """Database settings from `postgresql://user:password@host:port/name` or `sqlite:///file`; empty: SQLite in `home`.

    Raises ValueError for any other kind of address.
    """
    parts = urlparse(url)
    if parts.scheme not in {"", "sqlite", "sqlite3", "postgresql", "postgres"} or (url and not parts.scheme):
        raise ValueError(
            f"DATABASE_URL: write postgresql://user:password@host:port/name or sqlite:///file, not {parts.scheme or url}"
        )
    if parts.scheme in {"", "sqlite", "sqlite3"}:
        # As with other programs, three slashes begin a relative path and four an absolute one.
        path = unquote(parts.netloc + parts.path)[0 if parts.netloc else 1 :]
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path(path) if path else home / "cleancard.sqlite3",
            # IMMEDIATE: a transaction that reads first and writes later must queue, not fail (docs/decisions.md).
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # Preparing a statement takes ten times as long as answering it; Python keeps 128, a page and a night ask more.
                "cached_statements": 1024,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
            },
            "TEST": {"NAME": home / f"test-{os.getpid()}.sqlite3"},
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
