"""`python -m measure.comparison`: what c2pa-python signs that Edge Signer asks about or refuses.

The README's table of features names this command.
"""

from __future__ import annotations

import io
import json
from importlib.metadata import version

import c2pa

from central_signer.engine_settings import TRUST_CONFIG
from measure.house import ROOT
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

PHOTO = (ROOT / "examples/rocket-small.jpg").read_bytes()


def _judged(asset: bytes, anchors: str) -> str:
    trust = {"trust": {"trust_anchors": anchors, "trust_config": TRUST_CONFIG}}
    context = c2pa.Context(c2pa.Settings.from_dict(trust))
    with c2pa.Reader("image/jpeg", io.BytesIO(asset), context=context) as reader:
        manifests = json.loads(reader.json())["manifests"]
        return f"{reader.get_validation_state()}, manifests: {len(manifests)}"


def main() -> None:
    """Sign the example photograph in three ways, and print what c2pa-rs says of each."""
    print(f"c2pa-python {version('c2pa-python')}, c2pa-rs {c2pa.sdk_version()}")
    workshop = Workshop()
    anchors = workshop.ca.anchors_pem()
    first = signed_by_c2pa_rs(workshop, PHOTO)
    print(f"signed once: {_judged(first.asset, anchors)}; the store has {len(first.store)} bytes")
    again = signed_by_c2pa_rs(workshop, first.asset)
    print(f"signed again, as a new capture: {_judged(again.asset, anchors)}")
    unsourced = signed_by_c2pa_rs(workshop, PHOTO, actions=[{"action": "c2pa.edited"}])
    print(f"an edit without a source type: {_judged(unsourced.asset, anchors)}")


if __name__ == "__main__":
    main()
