"""The rooms of the house, and who may import whom."""

from __future__ import annotations

from pathlib import Path

from measure.house import imported_names
from tests.conftest import ROOT

LAYER = ROOT / "layers/edge_signer/edge_signer"
CENTRAL_LAYER = ROOT / "layers/central_signer/central_signer"
#: What any room of the layer may stand on.
GROUND = {"platform"}
# Which rooms of the layer a room may import from, itself and the ground apart. A module that stands
# here by itself is the ground of the room around it.
LAYER_ROOMS: dict[str, set[str]] = {
    "platform": set(),
    "configuration": set(),
    "telemetry": {"configuration"},
    "tenancy": {"configuration", "telemetry"},
    "kms_guard": {"configuration", "telemetry"},
    "signing.errors": set(),
    "signing.credentials": {"configuration", "kms_guard", "signing.errors"},
    "signing.manifest": {"signing.errors", "signing.credentials"},
    "signing.layout": {"signing.errors", "signing.manifest"},
    "signing.rules": {
        *("configuration", "signing.errors", "signing.credentials", "signing.manifest"),
    },
    "signing.ingredients.ingredient": {"signing.rules"},
    "signing.ingredients": {
        *("signing.errors", "signing.manifest", "signing.rules", "signing.layout"),
        "signing.ingredients.ingredient",
        *("verification", "verification.submissions", "verification.submissions.errors"),
    },
    "signing": {
        *("configuration", "telemetry", "kms_guard"),
        *("signing.errors", "signing.credentials", "signing.manifest", "signing.layout"),
        *("signing.rules", "signing.ingredients", "signing.ingredients.ingredient"),
    },
    "verification": {
        *("signing.errors", "signing.credentials", "signing.manifest", "signing.rules"),
    },
    "verification.submissions.errors": set(),
    "verification.submissions": {
        *("configuration", "telemetry", "tenancy", "verification"),
        "verification.submissions.errors",
    },
    "derivatives.errors": set(),
    "derivatives": {"configuration", "telemetry", "tenancy", "derivatives.errors"},
    "execution.errors": set(),
    "execution.limits": {"execution.errors"},
    "execution.job": {"execution.errors", "execution.limits"},
    "execution.sandbox": {"execution.errors", "execution.limits", "execution.job"},
    "execution.receipts": {"kms_guard"},
    "execution": {
        *("configuration", "telemetry", "tenancy"),
        *("execution.errors", "execution.limits", "execution.job"),
        *("execution.sandbox", "execution.receipts"),
    },
    "health": {
        *("configuration", "kms_guard"),
        *("signing.errors", "signing.credentials", "signing.manifest", "signing.rules"),
    },
    "administration": {"configuration", "telemetry", "tenancy", "kms_guard"},
    "http": {
        *("configuration", "telemetry", "tenancy", "administration"),
        *("signing", "signing.errors", "execution", "execution.errors"),
        *("verification.submissions.errors", "derivatives.errors"),
    },
    "http.routes": {
        *("configuration", "telemetry", "tenancy", "kms_guard", "administration", "health"),
        *("signing", "signing.errors", "signing.manifest", "signing.layout", "http"),
        *("signing.rules", "signing.ingredients.ingredient"),
        *("execution", "execution.errors", "execution.limits", "execution.job"),
        "execution.receipts",
        *("verification", "verification.submissions", "verification.submissions.errors"),
        *("derivatives", "derivatives.errors"),
    },
}
ROOMS_OF_THE_LAYER = {
    f"edge_signer.{room}": {f"edge_signer.{one}" for one in allowed | GROUND}
    for room, allowed in LAYER_ROOMS.items()
}
# Which rooms of this project a room may import from; every room may import from itself.
MAY_IMPORT: dict[str, set[str]] = {
    **ROOMS_OF_THE_LAYER,
    "central_signer.engine_settings": set(),
    "central_signer": {
        "central_signer.engine_settings",
        *(
            f"edge_signer.{room}"
            for room in (
                *("platform", "configuration", "telemetry", "kms_guard"),
                *("signing", "signing.errors"),
                *("signing.credentials", "signing.manifest", "signing.rules"),
            )
        ),
    },
    # The verifier shares a layer with the central signer, for c2pa-rs, and nothing else.
    "central_signer.verification": {
        "central_signer.engine_settings",
        "edge_signer.platform",
        *(f"edge_signer.signing.{room}" for room in ("credentials", "manifest", "rules")),
        "edge_signer.verification",
    },
    # It knows images, and asks the API for signatures as any client does.
    "derivatives": {
        *("edge_signer.derivatives", "edge_signer.derivatives.errors", "edge_signer_client"),
    },
    "functions": {
        *ROOMS_OF_THE_LAYER,
        *("central_signer", "central_signer.verification", "derivatives"),
    },
    "emulator": set(),
    "deployment": set(),
    # What an operator checks at a desk is what the function checks; the API is described from it.
    "cli": {
        *ROOMS_OF_THE_LAYER,
        *("central_signer.verification", "derivatives", "emulator", "edge_signer_client"),
    },
    # A public package: other programs use it without the rest of this project.
    "edge_signer_client": set(),
}
FOLDERS = {
    **{
        name: LAYER / name.removeprefix("edge_signer.").replace(".", "/")
        for name in ROOMS_OF_THE_LAYER
    },
    "central_signer": CENTRAL_LAYER,
    "central_signer.engine_settings": CENTRAL_LAYER / "engine_settings",
    "central_signer.verification": CENTRAL_LAYER / "verification",
    "derivatives": ROOT / "layers/derivatives/derivatives",
    "functions": ROOT / "functions",
    "emulator": ROOT / "emulator",
    "deployment": ROOT / "deployment",
    "cli": ROOT / "cli",
    "edge_signer_client": ROOT / "client/edge_signer_client",
}


def room_of(module: str) -> str | None:
    found = [room for room in MAY_IMPORT if f"{module}.".startswith(f"{room}.")]
    return max(found, key=len, default=None)


def files_of(room: str) -> list[Path]:
    folder = FOLDERS[room]
    if not folder.is_dir():
        return [folder.with_suffix(".py")]
    others = [one for one in FOLDERS.values() if one != folder and one.is_relative_to(folder)]
    return [
        file
        for file in folder.rglob("*.py")
        if not any(file.is_relative_to(one) or file == one.with_suffix(".py") for one in others)
    ]


def forbidden_imports(room: str, source: str) -> list[str]:
    allowed = MAY_IMPORT[room] | {room}
    return [
        module
        for module in imported_names(source)
        if (other := room_of(module)) is not None and other not in allowed
    ]
