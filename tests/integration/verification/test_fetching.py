"""Fetching remote manifests: from the host that was checked, within limits, and nowhere else."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cli.verification.fetch_rules import FetchError, FetchRules, allowed_hosts
from cli.verification.fetching import Fetcher, FetchLimits
from tests.signers.software_signer import Workshop
from tests.system.raw_server import Answer, RawServer, answering, dripping, raw_server
from tests.system.tls import client_tls, server_tls

HOST = "manifests.example.com"
URL = f"https://{HOST}/news/photo.c2pa?v=2"
PUBLIC = "93.184.215.14"


@pytest.fixture(scope="module")
def store(workshop: Workshop) -> bytes:
    return workshop.sign(b"an asset")


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = (f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", "")
    return "\r\n".join(lines).encode() + body


class Network:
    """The internet of a test: every public address leads to its server."""

    def __init__(self, server: RawServer, addresses: Sequence[str] = (PUBLIC,)) -> None:
        self.server = server
        self.addresses = addresses
        self.looked_up: list[tuple[str, int]] = []
        self.connected: list[tuple[str, int]] = []

    def resolve(self, host: str, port: int) -> Sequence[str]:
        self.looked_up.append((host, port))
        return self.addresses

    def connect(self, address: str, port: int, timeout_s: float) -> socket.socket:
        self.connected.append((address, port))
        return socket.create_connection(("127.0.0.1", self.server.port), timeout_s)


def fetcher(
    network: Network,
    folder: Path,
    rules: FetchRules | None = None,
    limits: FetchLimits | None = None,
) -> Fetcher:
    return Fetcher(
        rules or FetchRules(),
        network.resolve,
        network.connect,
        client_tls(folder),
        limits or FetchLimits(),
    )


def refusal(call: Callable[..., object], *given: object) -> str:
    with pytest.raises(FetchError) as refused:
        call(*given)
    return str(refused.value)


def test_a_manifest_is_fetched_from_the_address_that_was_checked(
    store: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A proxy would connect to whatever it resolves.
    for variable in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    with raw_server(answering(answer(store)), server_tls(HOST, tmp_path)) as server:
        network = Network(server)
        assert fetcher(network, tmp_path).manifest_store(URL) == store
    # Resolved once; the name is only sent.
    assert network.looked_up == [(HOST, 443)]
    assert network.connected == [(PUBLIC, 443)]
    assert server.server_names == [HOST]
    (request,) = server.requests
    lines = request.decode().split("\r\n")
    assert lines[0] == "GET /news/photo.c2pa?v=2 HTTP/1.1"
    assert f"Host: {HOST}" in lines
    assert not [one for one in lines if one.startswith(("Cookie", "Authorization", "Referer"))]


def test_a_host_that_also_has_a_private_address_is_not_called(store: bytes, tmp_path: Path) -> None:
    with raw_server(answering(answer(store)), server_tls(HOST, tmp_path)) as server:
        network = Network(server, (PUBLIC, "10.0.0.5"))
        said = refusal(fetcher(network, tmp_path).manifest_store, URL)
        assert "10.0.0.5, which is not a public one" in said
        network = Network(server, ())
        assert "no address" in refusal(fetcher(network, tmp_path).manifest_store, URL)
    assert (network.connected, server.requests) == ([], [])


def test_only_hosts_that_are_named_are_called_if_any_is(store: bytes, tmp_path: Path) -> None:
    rules = FetchRules(allowed_hosts(["CDN.example.com", f"{HOST}:8443"]))
    with raw_server(answering(answer(store)), server_tls(HOST, tmp_path)) as server:
        network = Network(server)
        fetch = fetcher(network, tmp_path, rules).manifest_store
        assert f"does not name {HOST}" in refusal(fetch, URL)
        other = f"https://evil.{HOST}:8443/a"
        assert f"does not name evil.{HOST}:8443" in refusal(fetch, other)
        assert network.looked_up == []
        assert fetch(f"https://{HOST}:8443/a") == store
    assert network.connected == [(PUBLIC, 8443)]
    assert f"Host: {HOST}:8443".encode() in server.requests[0]


ANSWERS: dict[str, tuple[Answer, str]] = {
    "redirect to another host": (
        answering(answer(b"", "Location: https://169.254.169.254/x", status="302 Found")),
        "it redirects to https://169.254.169.254/x, which is not followed",
    ),
    "redirect without a target": (
        answering(answer(b"", status="308 Permanent Redirect")),
        "redirects to nowhere",
    ),
    "not found": (answering(answer(b"", status="404 Not Found")), "status 404"),
    "page": (
        answering(answer(b"<!doctype html>", "Content-Type: text/html; charset=utf-8")),
        "not a manifest store (it has text/html)",
    ),
    "empty": (answering(answer(b"")), "not a manifest store (it has no media type)"),
    "compressed": (answering(answer(b"x" * 40, "Content-Encoding: gzip")), "compressed"),
    "too large": (
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5001\r\n\r\n"),
        "more than 5,000 bytes",
    ),
    "too large without a length": (
        answering(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5001),
        "more than 5,000 bytes",
    ),
    "too large in chunks": (
        answering(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"fff\r\n"
            + b"x" * 4095
            + b"\r\n"
            + b"fff\r\n"
            + b"x" * 4095
            + b"\r\n0\r\n\r\n"
        ),
        "more than 5,000 bytes",
    ),
    "broken off": (
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
        "broke off",
    ),
    "no answer": (answering(b""), "connection failed"),
    "no HTTP": (answering(b"SSH-2.0-OpenSSH_9.2\r\n"), "connection failed"),
    "endless head": (dripping(b"HTTP/1.1 200 OK\r\nX: "), "did not arrive within 1 s"),
    "slow body": (
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 4999\r\n\r\n"),
        "did not arrive within 1 s",
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_another_answer_than_a_manifest_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    sent, why = ANSWERS[name]
    limits = FetchLimits(manifest_bytes=5000, manifest_time_s=1)
    with raw_server(sent, server_tls(HOST, tmp_path)) as server:
        fetch = fetcher(Network(server), tmp_path, limits=limits).manifest_store
        said = refusal(fetch, URL)
    assert said.startswith(f"{URL} was not fetched: ")
    assert why in said
    assert len(server.requests) == 1


def test_a_certificate_of_another_host_is_refused(store: bytes, tmp_path: Path) -> None:
    with raw_server(answering(answer(store)), server_tls("other.example.com", tmp_path)) as server:
        said = refusal(fetcher(Network(server), tmp_path).manifest_store, URL)
    assert f"the certificate of {HOST} is not valid" in said
    assert server.requests == []


def test_a_host_that_cannot_be_found_or_reached_is_named(tmp_path: Path) -> None:
    server_tls(HOST, tmp_path)

    def unknown(*_: object) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def unreachable(*_: object) -> socket.socket:
        raise ConnectionRefusedError(111, "Connection refused")

    tls = client_tls(tmp_path)
    lost = Fetcher(FetchRules(), unknown, unreachable, tls)
    assert f"{HOST} cannot be found" in refusal(lost.manifest_store, URL)
    closed = Fetcher(FetchRules(), lambda *_: [PUBLIC, PUBLIC], unreachable, tls)
    assert "Connection refused" in refusal(closed.manifest_store, URL)


def test_the_emulators_manifests_and_nothing_else_of_this_machine_are_fetched(
    store: bytes,
) -> None:
    with raw_server(answering(answer(store))) as server:
        base = f"http://127.0.0.1:{server.port}/manifests/"
        fetch = Fetcher(FetchRules(local_base=base)).manifest_store
        assert fetch(base + "acme/sha256/ab.c2pa") == store
        assert server.requests[0].startswith(b"GET /manifests/acme/sha256/ab.c2pa HTTP/1.1\r\n")
        for path in ("../admin/flags", "acme/../../admin", "%2e%2e/admin", "a?b", ""):
            assert "a manifest of the emulator" in refusal(fetch, base + path)
        for url in (base.replace("manifests", "admin"), f"http://127.0.0.1:{server.port + 1}/x"):
            assert "only https" in refusal(fetch, url)
        alone = Fetcher(FetchRules()).manifest_store
        assert "only https" in refusal(alone, base + "acme/sha256/ab.c2pa")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("header", "leads_to"),
    [
        ('Link: </m/1.c2pa>; rel="c2pa-manifest"', f"https://{HOST}/m/1.c2pa"),
        ("Link: <1.c2pa>; rel=c2pa-manifest", f"https://{HOST}/news/1.c2pa"),
        ('Link: <https://a.example/1>; type="a,b"; rel="x C2PA-Manifest"', "https://a.example/1"),
        ("Link: </style.css>; rel=preload, </2>; rel=c2pa-manifest", f"https://{HOST}/2"),
        ("Link: </style.css>; rel=preload\r\nLink: </3>; rel=c2pa-manifest", f"https://{HOST}/3"),
        ('Link: </4>; title="rel=c2pa-manifest"', ""),
        ("Link: nonsense <", ""),
        ("X: y", ""),
    ],
)
def test_an_asset_comes_with_the_manifest_that_its_link_header_names(
    header: str, leads_to: str, tmp_path: Path
) -> None:
    sent = answer(b"pixels", "Content-Type: image/JPEG; q=1", *header.split("\r\n"))
    with raw_server(answering(sent), server_tls(HOST, tmp_path)) as server:
        into = io.BytesIO()
        fetched = fetcher(Network(server), tmp_path).asset(URL, into)
    assert (fetched.media_type, fetched.manifest_url) == ("image/jpeg", leads_to)
    assert into.getvalue() == b"pixels"
