"""Where a file's credentials come from: inside, beside, or elsewhere if fetching is allowed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from central_signer.verification.verifier import Verifier
from cli.verification.fetch_rules import FetchRules
from cli.verification.fetching import Fetcher
from cli.verification.file_verifier import FileVerifier, Target
from edge_signer.verification.trust import TrustAnchor, TrustList, TrustLists
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.embedding import embedded
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.software_signer import Workshop
from tests.system.raw_server import RawServer, raw_server
from tests.system.tls import client_tls, server_tls

HOST = "cdn.example.com"
MANIFEST, ASSET = f"https://{HOST}/photo.c2pa", f"https://{HOST}/photo.jpg"


@pytest.fixture(scope="module")
def verifier(workshop: Workshop) -> Verifier:
    certificates = x509.load_pem_x509_certificates(workshop.ca.anchors_pem().encode())
    anchors = tuple(map(TrustAnchor, certificates))
    lists = TrustLists(
        (TrustList("test", frozenset({"signers", "time_stamps"}), anchors, "0" * 64),)
    )
    return Verifier(lambda: lists)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    file.write_bytes(SAMPLE_ASSETS["JPEG"].content)
    return file


class Site:
    """A site of a test: what is at each path, and what was asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[bytes, str]] = {}

    def answer(self, connection: socket.socket, head: bytes) -> None:
        path = head.split()[1].decode()
        body, headers = self.pages.get(path, (b"", ""))
        status = "200 OK" if path in self.pages else "404 Not Found"
        begin = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        connection.sendall(begin.encode() + body)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Site, RawServer, Fetcher]]:
    pages = Site()
    tls = server_tls(HOST, tmp_path)
    with raw_server(lambda one, _: pages.answer(one, server.requests[-1]), tls) as server:

        def connect(_address: str, _port: int, timeout_s: float) -> socket.socket:
            return socket.create_connection(("127.0.0.1", server.port), timeout_s)

        resolve = lambda *_: ["93.184.215.14"]  # noqa: E731
        yield pages, server, Fetcher(FetchRules(), resolve, connect, client_tls(tmp_path))


def test_a_remote_manifest_is_judged_once_it_may_be_fetched(
    verifier: Verifier, workshop: Workshop, photo: Path, site: tuple[Site, RawServer, Fetcher]
) -> None:
    pages, server, fetcher = site
    signed = signed_by_c2pa_rs(workshop, photo.read_bytes(), remote_url=MANIFEST, embed=False)
    photo.write_bytes(signed.asset)
    pages.pages["/photo.c2pa"] = (signed.store, "")

    alone = FileVerifier(verifier).report(Target.of_path(photo))
    assert (alone.verdict, alone.judged.source) == ("NoCredentials", MANIFEST)
    assert server.requests == []

    fetched = FileVerifier(verifier, fetcher=fetcher).report(Target.of_path(photo))
    assert (fetched.trusted, fetched.judged.credentials) == (True, "remote")
    assert fetched.judged.source == MANIFEST
    # It is bound to the file as any other manifest is.
    photo.write_bytes(signed.asset[:-50] + b"!" + signed.asset[-49:])
    changed = FileVerifier(verifier, fetcher=fetcher).report(Target.of_path(photo))
    assert [one.code for one in changed.failures] == ["assertion.dataHash.mismatch"]


def test_a_remote_manifest_that_cannot_be_fetched_is_a_failure_and_says_why(
    verifier: Verifier, workshop: Workshop, photo: Path, site: tuple[Site, RawServer, Fetcher]
) -> None:
    *_, fetcher = site
    for url, why in ((MANIFEST, "status 404"), ("http://169.254.169.254/x", "only https")):
        signed = signed_by_c2pa_rs(
            workshop, SAMPLE_ASSETS["JPEG"].content, remote_url=url, embed=False
        )
        photo.write_bytes(signed.asset)
        report = FileVerifier(verifier, fetcher=fetcher).report(Target.of_path(photo))
        assert (report.trusted, report.verdict) == (False, "NoCredentials")
        (failure,) = report.failures
        assert failure.code == "manifest.inaccessible"
        assert why in failure.explanation
        assert report.judged.source == url


def test_credentials_in_a_file_are_judged_without_fetching_anything(
    verifier: Verifier, workshop: Workshop, photo: Path, site: tuple[Site, RawServer, Fetcher]
) -> None:
    _, server, fetcher = site
    signed = signed_by_c2pa_rs(workshop, photo.read_bytes(), remote_url=MANIFEST)
    photo.write_bytes(signed.asset)
    report = FileVerifier(verifier, fetcher=fetcher).report(Target.of_path(photo))
    assert (report.trusted, report.judged.credentials) == (True, "embedded")
    assert server.requests == []


def test_an_asset_by_url_is_judged_by_the_manifest_of_its_link_header(
    verifier: Verifier, workshop: Workshop, photo: Path, site: tuple[Site, RawServer, Fetcher]
) -> None:
    pages, _, fetcher = site
    content = photo.read_bytes()
    pages.pages["/photo.c2pa"] = (workshop.sign(content), "")
    pages.pages["/photo.jpg"] = (content, 'Link: </photo.c2pa>; rel="c2pa-manifest"\r\n')
    verify = FileVerifier(verifier, fetcher=fetcher)
    report = verify.report(Target(ASSET, None))
    assert (report.trusted, report.judged.credentials) == (True, "remote")
    assert (report.judged.name, report.judged.source) == (ASSET, MANIFEST)

    # As with a sidecar, embedded credentials are named, and judged on request.
    _, signed = embedded(workshop, content)
    pages.pages["/photo.jpg"] = (signed, pages.pages["/photo.jpg"][1])
    report = verify.report(Target(ASSET, None))
    assert report.verdict == "Invalid"
    assert "the file has embedded credentials (Trusted)" in report.judged.also
    inside = FileVerifier(verifier, embedded=True, fetcher=fetcher).report(Target(ASSET, None))
    assert (inside.trusted, inside.judged.credentials) == (True, "embedded")
    assert f"the manifest {MANIFEST}, which was not judged" in inside.judged.also

    pages.pages.clear()
    gone = verify.report(Target(ASSET, None))
    assert (gone.verdict, gone.failures[0].code) == ("Unreadable", "asset.unreadable")
    assert "status 404" in gone.failures[0].explanation


def test_a_file_is_judged_as_what_it_is_and_not_as_it_is_named(
    verifier: Verifier, workshop: Workshop, tmp_path: Path
) -> None:
    # c2pa-rs finds nothing in an SVG that it takes for something else.
    for name, wrong in (("SVG", "drawing.jpg"), ("PNG", "image.jpg"), ("MP4", "film")):
        file = tmp_path / wrong
        file.write_bytes(embedded(workshop, SAMPLE_ASSETS[name].content)[1])
        report = FileVerifier(verifier).report(Target.of_path(file))
        media_type = SAMPLE_ASSETS[name].media_type
        assert (report.trusted, report.judged.media_type) == (True, media_type)
        promised = [note for note in report.notes if f"its content is {media_type}" in note]
        assert len(promised) == (1 if file.suffix else 0)


def test_a_file_that_cannot_be_read_gets_a_report(verifier: Verifier, tmp_path: Path) -> None:
    report = FileVerifier(verifier).report(Target.of_path(tmp_path / "gone.jpg"))
    assert (report.trusted, report.verdict) == (False, "Unreadable")
    assert report.failures[0].explanation == "No such file or directory"
    # A name that is not in UTF-8 can be shown, and written as JSON.
    odd = Target.of_path(Path(b"/nowhere/\xff\n.jpg".decode("utf-8", "surrogateescape")))
    assert "\\n.jpg" in FileVerifier(verifier).report(odd).to_json()
