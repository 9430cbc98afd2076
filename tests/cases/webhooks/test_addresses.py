"""Addresses a message may not go to, in every spelling; refused when typed where the text says it, and always when connecting (ASVS 5: 1.3.6, 13.2.4)."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.webhooks.addresses import AddressRefused, check_address, port_words, read_url
from cases.webhooks.posting import PostFailed, post

HERE = [ipaddress.ip_network("127.0.0.0/8")]
# fmt: off
PRIVATE = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "10.0.0.1", "10.1", "172.16.3.4", "192.168.0.1", "169.254.169.254",
    "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "[::1]", "[::]", "[::ffff:10.0.0.1]", "[::ffff:127.0.0.1]",
    "[fe80::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]", "[64:ff9b::10.0.0.1]", "[2002:0a00:0001::1]", "[2001:0:4136:e378:8000:63bf:f5ff:fffe]",
    "[::10.0.0.1]", "[2001:db8::1]", "localhost", "app.localhost", "db", "printer.local", "host.internal", "wiki.corp", "router.lan", "localhost.",
]
MALFORMED = [
    "", "receiver.example.com", "//receiver.example.com/", "ftp://receiver.example.com/", "file:///etc/passwd", "gopher://receiver.example.com/",
    "https://", "https:///x", "https://receiver.example.com:99999/", "https://receiver.example.com:0/", "https://user@receiver.example.com/",
    "https://user:word@receiver.example.com/", "https://receiver.example.com/#part", "https://receiver.example.com/ x", "https://receiver.example.com/\r\nX: y",
    "https://receiver.example.com\\@127.0.0.1/", "https://수신.example/", "https://receiver.example.com/" + "a" * 500, "https://[::1%25eth0]/", "https://[::1",
    "http://receiver.example.com/",
]
# fmt: on


@pytest.mark.catalogue("C22")
@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_is_refused_when_it_is_typed(host: str) -> None:
    with pytest.raises(AddressRefused):
        read_url(f"https://{host}/hook")


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        read_url(url)


LONG = "a" * 64
NO_NAMES = [
    f"{LONG}.example.com", f"hooks.{LONG}.com", "a..example.com", ".example.com", "-a.example.com", "a-.example.com", "a b.example.com".replace(" ", "+"),
    ".".join(["a" * 60] * 5), "receiver.example.123", "1.2.3.4.5", "999.999.999.999", "a,b.example.com", "a*.example.com",
]  # fmt: skip


@pytest.mark.parametrize("host", NO_NAMES)
def test_a_host_no_server_of_names_can_answer_for_is_refused_when_it_is_typed(host: str) -> None:
    for networks in ([], HERE):
        with pytest.raises(AddressRefused) as refused:
            read_url(f"https://{host}/hook", networks)
        assert refused.value.code == "not_a_name"


@pytest.mark.parametrize(
    "host",
    ["a" * 63 + ".example.com", "x_y.example.com", "xn--9d0bm53a.example", "3com.com", "a.b-c.example.com"],
)
def test_the_longest_part_and_unusual_names_are_taken(host: str) -> None:
    assert read_url(f"https://{host}/hook").host == host


def test_a_look_up_of_a_name_that_is_none_ends_in_words_not_in_a_fault(
    recwarn: pytest.WarningsRecorder, capfd: pytest.CaptureFixture[str]
) -> None:
    """An address approved before such names were refused: the thread that asks for it must not die with a traceback."""

    def asks(host: str, port: int) -> list[str]:
        f"{LONG}.example.com".encode("idna")
        return []

    with pytest.raises(PostFailed, match="not found"):
        post("https://receiver.example.com/", b"", {}, lookup=asks)
    assert "Traceback" not in capfd.readouterr().err
    assert not recwarn.list


@pytest.mark.parametrize("port", [1, 21, 22, 25, 53, 80, 110, 143, 442, 445, 587, 1023])
def test_nothing_is_sent_to_ports_of_other_services(port: int) -> None:
    with pytest.raises(AddressRefused) as refused:
        read_url(f"https://receiver.example.com:{port}/hook")
    assert refused.value.code == "port_not_allowed"


def test_the_operator_says_which_ports_and_http_has_its_own_where_it_is_allowed() -> None:
    assert read_url("https://receiver.example.com:1024/").port == 1024
    only = [range(443, 444), range(8443, 8445)]
    assert port_words(only) == "443, 8443-8444"
    assert read_url("https://receiver.example.com:8444/", (), only).port == 8444
    with pytest.raises(AddressRefused):
        read_url("https://receiver.example.com:9000/", (), only)
    inside = [ipaddress.ip_network("10.0.0.0/8")]
    assert read_url("http://10.0.0.7/hook", inside).port == 80
    for place in ("http://10.0.0.7:22/", "https://10.0.0.7:80/"):
        with pytest.raises(AddressRefused):
            read_url(place, inside)


def test_a_public_address_is_taken_apart() -> None:
    target = read_url("https://receiver.example.com:8443/hook?tenant=7")
    assert (target.host, target.port, target.path) == ("receiver.example.com", 8443, "/hook?tenant=7")
    assert target.host_header == "receiver.example.com:8443"
    assert read_url("https://8.8.8.8").path == "/"
    assert read_url("https://[2606:4700::1111]/").host_header == "[2606:4700::1111]"


@pytest.mark.catalogue("C22")
@given(
    st.ip_addresses(network="10.0.0.0/8")
    | st.ip_addresses(network="192.168.0.0/16")
    | st.ip_addresses(network="fc00::/7")
)
def test_no_private_address_passes_and_none_that_carries_one(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    with pytest.raises(AddressRefused):
        check_address(address)
    if isinstance(address, ipaddress.IPv4Address):
        for carrier in (f"::ffff:{address}", f"64:ff9b::{address}", f"::{address}"):
            with pytest.raises(AddressRefused):
                check_address(ipaddress.ip_address(carrier))
    check_address(address, [ipaddress.ip_network(f"{address}/{address.max_prefixlen}")])


@pytest.mark.parametrize(
    "found", [["10.0.0.9"], ["8.8.8.8", "127.0.0.1"], ["::ffff:192.168.0.1"], ["fe80::1%eth0"]]
)
def test_a_name_that_leads_inside_is_refused_before_any_connection(
    found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *a: pytest.fail("connected"))
    with pytest.raises(AddressRefused):
        post("https://receiver.example.com/", b"{}", {}, lookup=lambda host, port: found)


def test_a_name_is_looked_up_once_and_that_address_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second answer that leads inside finds nobody who asks."""
    answers, connected = iter([["8.8.8.8"], ["127.0.0.1"]]), []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address[0])
        raise OSError("no network here")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(PostFailed):
        post("https://receiver.example.com/", b"{}", {}, lookup=lambda host, port: next(answers))
    assert connected == ["8.8.8.8"]
    assert next(answers) == ["127.0.0.1"]


@contextmanager
def answering(answer: bytes, *, pause: float = 0.0) -> Iterator[tuple[str, list[bytes]]]:
    """A receiver on this machine that says these bytes, all at once or one after the other."""
    got: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = server.accept()
            with connection:
                got.append(connection.recv(65536))
                for piece in [answer] if not pause else [answer[i : i + 1] for i in range(len(answer))]:
                    connection.sendall(piece)
                    time.sleep(pause)
        except OSError:
            return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/hook", got
    finally:
        server.close()


def send(url: str, **more: float) -> int:
    return post(url, b'{"a":1}', {"X-Kind": "k"}, allowed=HERE, **more)  # type: ignore[arg-type]


def test_a_message_is_one_plain_request() -> None:
    with answering(b"HTTP/1.1 204 No Content\r\n\r\n") as (url, got):
        assert send(url) == 204
    head, _, body = got[0].partition(b"\r\n\r\n")
    assert body == b'{"a":1}'
    assert head.startswith(b"POST /hook HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nContent-Length: 7\r\n" in head


@pytest.mark.catalogue("C23")
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1/\r\n\r\n", "redirects are not followed"),
        (b"HTTP/1.1 500 Oh\r\n\r\n", "HTTP 500"),
        (b"HTTP/1.1 410 Gone\r\n\r\n", "HTTP 410"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "not HTTP"),
        (b"", "not HTTP"),
    ],
)
def test_whatever_is_no_agreement_is_a_failure_with_its_reason(answer: bytes, why: str) -> None:
    with answering(answer) as (url, _got), pytest.raises(PostFailed, match=why):
        send(url)


@pytest.mark.catalogue("C23")
def test_a_trickling_receiver_is_cut_off_by_the_one_deadline() -> None:
    begun = time.monotonic()
    with (
        answering(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500, pause=0.05) as (url, _got),
        pytest.raises(PostFailed),
    ):
        send(url, seconds=0.5)
    assert time.monotonic() - begun < 20  # the whole of it takes 26


@pytest.mark.catalogue("C23")
def test_an_endless_answer_is_read_to_a_limit_only() -> None:
    with answering(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10_000_000) as (url, _got):
        assert send(url) == 200


def test_a_look_up_that_hangs_is_not_waited_for() -> None:
    hangs = threading.Event()
    with pytest.raises(PostFailed, match="took too long"):
        post(
            "https://receiver.example.com/",
            b"",
            {},
            seconds=0.2,
            lookup=lambda host, port: [] if hangs.wait() else ["8.8.8.8"],
        )
    hangs.set()


def test_without_tls_only_what_the_operator_allows() -> None:
    with pytest.raises(AddressRefused):
        post("http://receiver.example.com/", b"", {}, allowed=HERE, lookup=lambda host, port: ["8.8.8.8"])
