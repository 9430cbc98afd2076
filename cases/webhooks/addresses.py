"""Where a message may go: public addresses over TLS, and what the operator of the server allows besides.

A name says nothing about where it leads, so the decision falls on the very address a connection is made to (`posting`). What can be
known from the text alone is refused when it is typed.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MAX_URL: Final = 500
#: Names that lead into the own house by convention.
_INSIDE: Final = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".corp", ".intranet")
#: Ports that web servers listen at; others belong to mail, files, terminals and names.
WEB_PORTS: Final = (range(443, 444), range(1024, 65536))
#: The port of http://, which goes to what the operator named and nowhere else.
_PLAIN: Final = 80
#: What a server of names can answer (RFC 1035, 2.3.4): parts of 1 to 63 letters, digits, hyphens (and underscores), 253 signs in all.
_MAX_NAME: Final = 253
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE | re.ASCII)
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(ValueError):
    """A message may not go there. Codes: not_url, not_a_name, not_https, user_inside, not_public, port_not_allowed."""

    def __init__(self, code: str, what: str = "") -> None:
        super().__init__(f"{code}: {what}" if what else code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: `path` with its query, ready for a request line."""

    host: str
    port: int
    path: str
    is_tls: bool

    @property
    def host_header(self) -> str:
        """The host as a request names it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.is_tls else 80) else f"{name}:{self.port}"


def port_words(ports: Sequence[range]) -> str:
    """`443, 1024-65535`."""
    return ", ".join(str(one[0]) if len(one) == 1 else f"{one[0]}-{one[-1]}" for one in ports)


def read_url(url: str, allowed: Sequence[Network] = (), ports: Sequence[range] = WEB_PORTS) -> Target:
    """Take an address apart. Raises AddressRefused for whatever can be refused without asking where its name leads."""
    if len(url) > MAX_URL or any(not 32 < ord(sign) < 127 for sign in url) or "\\" in url:
        raise AddressRefused("not_url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("not_url") from None
    host = (parts.hostname or "").rstrip(".")
    if not host or "%" in host or parts.fragment or port == 0:
        raise AddressRefused("not_url")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("user_inside")
    is_tls = parts.scheme == "https"
    # Without TLS only to what the operator named: there the way is the company's own.
    if not is_tls and not (parts.scheme == "http" and allowed):
        raise AddressRefused("not_https")
    port = port or (443 if is_tls else _PLAIN)
    if not any(port in some for some in ports) and (is_tls or port != _PLAIN):
        raise AddressRefused("port_not_allowed", str(port))
    literal = _literal(host)
    if literal is not None:
        check_address(literal, allowed, is_tls=is_tls)
    elif not _is_name(host):
        raise AddressRefused("not_a_name")
    elif (host == "localhost" or "." not in host or host.endswith(_INSIDE)) and not allowed:
        raise AddressRefused("not_public", host)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(str(literal) if literal else host, port, path, is_tls)


def _is_name(host: str) -> bool:
    labels = host.split(".")
    is_number = labels[-1].isdigit()  # no domain above all others is one: it was meant as an address
    return len(host) <= _MAX_NAME and not is_number and all(_LABEL.fullmatch(label) for label in labels)


def check_address(address: Address, allowed: Sequence[Network] = (), *, is_tls: bool = True) -> None:
    """Raises AddressRefused for an address that is neither public nor allowed, or without TLS not allowed."""
    if any(address in network for network in allowed):
        return
    if not is_tls:
        raise AddressRefused("not_https", str(address))
    if not all(one.is_global and not one.is_multicast and not one.is_reserved for one in _behind(address)):
        raise AddressRefused("not_public", str(address))


def _behind(address: Address) -> list[Address]:
    """An address and those it carries inside: mapped, 6to4, Teredo, NAT64."""
    found: list[Address] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return [address.ipv4_mapped]
        inner = [address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if int(address) < 1 << 32:  # ::10.0.0.1, which nobody uses for anything good
            inner.append(ipaddress.IPv4Address(int(address)))
        found += [one for one in inner if one is not None]
    return found


def _literal(host: str) -> Address | None:
    """The address a host is by itself, in whatever way the C library reads it: 127.1, 0x7f000001, 2130706433, 0177.0.0.1."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    if host[:1].isdigit() or host[:1] == "[":
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    return None
