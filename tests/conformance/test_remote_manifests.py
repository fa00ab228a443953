"""Manifests whose address is in the file's XMP: found, fetched and trusted by a foreign engine."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from central_signer.verification.engine import remote_manifest_url
from edge_signer_client.reference import Reference
from tests.judges.engines import JUDGES, c2pa_rs
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.media.sample_xmp import CARRIERS, PACKETS, with_exif
from tests.signers.software_signer import Workshop

SAMPLES = {one.media_type: one.content for one in SAMPLE_ASSETS.values()}
JPEG = "image/jpeg"
ASSETS: dict[str, tuple[str, bytes]] = {
    **{f"{one}, no XMP": (one, SAMPLES[one]) for one in CARRIERS},
    "image/jpeg, Exif and no XMP": (JPEG, with_exif(SAMPLES[JPEG])),
    **{
        f"{one}, {name}": (one, put(packet.encode()))
        for one, put in CARRIERS.items()
        for name, packet in PACKETS.items()
    },
}


@dataclass(frozen=True)
class Shelf:
    """A web server with a manifest store.

    Attributes:
        url: Its address.
        store: The store, as soon as there is one.
    """

    url: str
    store: list[bytes]


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    store: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/c2pa")
            self.send_header("Content-Length", str(len(store[0])))
            self.end_headers()
            self.wfile.write(store[0])

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Shelf(f"http://127.0.0.1:{server.server_port}/id/one.c2pa", store)
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("name", ASSETS)
def test_the_manifest_that_a_file_names_is_fetched_and_trusted(
    workshop: Workshop, shelf: Shelf, name: str, tmp_path: Path
) -> None:
    media_type, asset = ASSETS[name]
    anchors_pem = workshop.ca.anchors_pem()
    signed = io.BytesIO()
    Reference(io.BytesIO(asset)).write(signed, shelf.url)
    content = signed.getvalue()
    shelf.store[:] = [workshop.sign(content)]
    file = tmp_path / "file"
    file.write_bytes(content)
    assert remote_manifest_url(file, media_type) == shelf.url
    # This judge fetches what the file names; the other one is given it.
    verdict = c2pa_rs(content, media_type, None, anchors_pem)
    assert verdict.trusted, verdict
    for judge in JUDGES:
        assert judge(content, media_type, shelf.store[0], anchors_pem).trusted
    # The whole file is bound, its XMP included.
    changed = content.replace(b"/id/one.c2pa", b"/id/two.c2pa")
    refused = c2pa_rs(changed, media_type, None, anchors_pem)
    assert refused.failures == ["assertion.dataHash.mismatch"]
