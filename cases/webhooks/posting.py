"""One POST to an address that was checked where it leads: bounded in time and size, no redirect, no proxy, no second look-up."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from cases.webhooks.addresses import (
    WEB_PORTS,
    Address,
    AddressRefused,
    Network,
    Target,
    check_address,
    read_url,
)

SECONDS: Final = 10.0  # for everything: name, connection, TLS, sending, the head of the answer
MAX_ANSWER: Final = 64 * 1024  # bytes that are read of an answer at most; its body is of no interest
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: |\r)")

#: From host and port to the addresses it leads to.
Lookup = Callable[[str, int], Sequence[str]]


class PostFailed(Exception):
    """The message did not arrive, or the receiver did not take it; `status` is its answer, where there was one."""

    def __init__(self, why: str, status: int | None = None) -> None:
        super().__init__(why)
        self.status = status


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allowed: Sequence[Network] = (),
    ports: Sequence[range] = WEB_PORTS,
    seconds: float = SECONDS,
    lookup: Lookup | None = None,
) -> int:
    """Send the body; the status, which lies from 200 to 299. Raises PostFailed and AddressRefused."""
    deadline = time.monotonic() + seconds
    target = read_url(url, allowed, ports)
    address = _address_of(target, allowed, deadline, lookup or _lookup)
    lines = {"Host": target.host_header, "Content-Length": str(len(body)), "Connection": "close", **headers}
    head = f"POST {target.path} HTTP/1.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in lines.items()
    )
    try:
        with (
            socket.create_connection((str(address), target.port), _left(deadline)) as plain,
            _secured(plain, target, deadline) as wire,
        ):
            _send(wire, head.encode("ascii") + b"\r\n" + body, deadline)
            status = _status_of(_read_head(wire, deadline))
    except (OSError, ssl.SSLError) as error:
        raise PostFailed(f"{type(error).__name__}: {error}"[:200]) from None
    if not 200 <= status < 300:
        said = "redirects are not followed" if 300 <= status < 400 else "not taken"
        raise PostFailed(f"HTTP {status}: {said}", status)
    return status


def _address_of(target: Target, allowed: Sequence[Network], deadline: float, lookup: Lookup) -> Address:
    """The address to connect to; every one the name has must be good, so that no second answer can slip another in between."""
    found = [
        ipaddress.ip_address(one.partition("%")[0])
        for one in _in_time(lambda: lookup(target.host, target.port), deadline)
    ]
    if not found:
        raise PostFailed(f"{target.host} has no address")
    for address in found:
        check_address(address, allowed, is_tls=target.is_tls)
    return found[0]


def _lookup(host: str, port: int) -> list[str]:
    return [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _in_time(work: Callable[[], Sequence[str]], deadline: float) -> Sequence[str]:
    """What the work gives; the C library's look-up knows no time limit of ours, so it is waited for from outside."""
    answers: list[Any] = []

    def run() -> None:
        try:
            answers.append(work())
        except (OSError, UnicodeError) as error:  # the second for a name that is none
            answers.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_left(deadline))
    if not answers:
        raise PostFailed("looking the name up took too long")
    if isinstance(answers[0], Exception):
        raise PostFailed(f"the name was not found: {answers[0]}"[:200])
    found: Sequence[str] = answers[0]
    return found


def _secured(
    plain: socket.socket, target: Target, deadline: float
) -> contextlib.AbstractContextManager[socket.socket]:
    if not target.is_tls:
        return contextlib.nullcontext(plain)
    plain.settimeout(_left(deadline))
    return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)


def _send(wire: socket.socket, content: bytes, deadline: float) -> None:
    wire.settimeout(_left(deadline))
    wire.sendall(content)


def _read_head(wire: socket.socket, deadline: float) -> bytes:
    """The answer up to its empty line. A receiver that trickles is cut off by the one deadline, not given ten seconds a byte."""
    found = b""
    while b"\r\n\r\n" not in found and len(found) < MAX_ANSWER:
        wire.settimeout(_left(deadline))
        piece = wire.recv(4096)
        if not piece:
            break
        found += piece
    return found


def _status_of(head: bytes) -> int:
    match = _STATUS.match(head)
    if match is None:
        raise PostFailed("the answer is not HTTP")
    return int(match[1])


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise PostFailed("it took too long")
    return left


__all__ = ["AddressRefused", "PostFailed", "post"]
