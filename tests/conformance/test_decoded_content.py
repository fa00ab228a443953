"""A browser decodes signed files to the same pixels and samples as their originals."""

from __future__ import annotations

import io
import json
from pathlib import Path
from urllib.parse import quote

from edge_signer.signing.manifest.embedding import LAYOUTS
from edge_signer_client.reference import Reference
from edge_signer_client.xmp_places import XMP_PLACES
from tests.media.odd_assets import ODD_ASSETS
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.embedding import embedded
from tests.signers.software_signer import Workshop
from tests.system.browser import outcome_of

#: Browsers do not decode these.
NOT_DECODED = {"image/tiff", "image/heic", "video/avi", "video/quicktime", "application/pdf"}


def test_pixels_and_samples_stay_the_same(workshop: Workshop, tmp_path: Path) -> None:
    samples = {name: one for name, one in SAMPLE_ASSETS.items() if one.media_type in LAYOUTS}
    assets = {quote(name, safe=""): one for name, one in (samples | ODD_ASSETS).items()}
    files = {"/page.html": Path(__file__).with_name("decoded.html").read_bytes()}
    types = {}
    for name, asset in assets.items():
        layout, signed = embedded(workshop, asset.content)
        types[name] = layout.media_type
        files |= {f"/original/{name}": asset.content, f"/signed/{name}": signed}
        if layout.media_type in XMP_PLACES:
            remote = io.BytesIO()
            Reference(io.BytesIO(asset.content)).write(remote, "https://m.example.com/id/1.c2pa")
            types[f"{name}-remote"] = layout.media_type
            files[f"/original/{name}-remote"] = asset.content
            files[f"/signed/{name}-remote"] = remote.getvalue()
    files["/assets.json"] = json.dumps(types).encode()
    found = outcome_of("media.example.com", files, tmp_path)
    assert found.keys() == types.keys()
    for name, (original, signed) in found.items():
        assert original == signed, name
    first, last = found["avc.mp4"][0]
    assert first != last
    decoded = {types[name] for name, (original, _) in found.items() if original}
    assert decoded == LAYOUTS.keys() - NOT_DECODED
    assert all(original for name, (original, _) in found.items() if name.endswith("-remote"))
