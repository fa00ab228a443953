"""Puts trust lists where functions read them: the emulator's own roots, and installed lists."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

#: Folder of the manifest bucket, and of the state directory.
FOLDER = "trust"


def store_trust_lists(
    s3: Any, bucket: str, roots: Mapping[str, str], installed: Mapping[str, str]
) -> None:
    """Write the lists of a development deployment.

    Args:
        s3: Client.
        bucket: The manifest bucket.
        roots: Certificates in PEM, by what they are for: `signers` or `time_stamps`.
        installed: Documents of installed lists, by their files' names.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    documents = dict(installed)
    for purpose, pem in roots.items():
        name = f"development-{purpose.replace('_', '-')}"
        document = {
            "name": name,
            "purposes": [purpose],
            "installed_at": now,
            "list": base64.b64encode(pem.encode()).decode(),
            "is_development": True,
        }
        documents[f"{name}.json"] = json.dumps(document)
    for name, text in documents.items():
        s3.put_object(
            Bucket=bucket,
            Key=f"{FOLDER}/{name}",
            Body=text.encode(),
            ContentType="application/json",
        )


def installed_trust_lists(state_directory: Path) -> dict[str, str]:
    """Return the documents that `edge-signer trust update` wrote, by their files' names."""
    files = (file for file in (state_directory / FOLDER).glob("*.json") if file.is_file())
    # A damaged list is the reader's to refuse.
    return {file.name: file.read_text(encoding="utf-8", errors="replace") for file in files}
