"""Settings of c2pa-rs, wherever it reads a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Extended key usages of signers and time-stamp authorities; c2pa-rs needs them beside the anchors.
TRUST_CONFIG = "\n".join(
    ("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.62558.2.1", "1.3.6.1.5.5.7.3.8")
)
#: Settings under which c2pa-rs contacts nobody, neither for a remote manifest nor for an OCSP
#: response nor for a `did:web` of an identity assertion: a verdict must not reveal what is being
#: verified, and must be the same tomorrow. Identity assertions are not decoded at all, because
#: their validation does not obey the list of hosts in every version.
OFFLINE: Mapping[str, Mapping[str, Any]] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "core": {"decode_identity_assertions": False, "allowed_network_hosts": []},
}
