"""Bodies of requests, from the wire to the manifest store; only the catalogue's errors come out."""

from __future__ import annotations

from random import Random
from typing import Any

from edge_signer.configuration.flags import MAX_PAYLOAD_BYTES
from edge_signer.http.catalogue import STATUS
from edge_signer.http.routes.edge_sign_models import EdgeSignRequest
from edge_signer.http.wire_formats import read_body
from edge_signer.platform.deadline import Deadline
from edge_signer.signing.errors import TsaUnavailableError
from edge_signer.telemetry.request_record import RequestRecord
from measure.fuzz.mutations import JSON_MUTATIONS, mutated
from measure.fuzz.outcomes import read_json
from measure.fuzz.seeds import REQUEST_SEEDS
from tests.judges.exact_values import decoded, exactly
from tests.judges.jumbf_reader import Box, read_store
from tests.judges.manifest_reader import assertion_content
from tests.signers.software_signer import Workshop


def _read(body: bytes) -> EdgeSignRequest:
    return read_body(EdgeSignRequest, body, MAX_PAYLOAD_BYTES)


_CUSTOM = ("com.", "org.")
_METADATA = ".metadata"
# The client's faults, and a time-stamp, for which this workshop has no authority; the others would
# be ours.
_REFUSALS = [error for error, status in STATUS.items() if status < 500] + [TsaUnavailableError]


def body(random: Random) -> bytes:
    return mutated(random, random.choice(list(REQUEST_SEEDS.values())), JSON_MUTATIONS)


class RequestTarget:
    """Reads, validates and signs with a key of the tests."""

    def __init__(self) -> None:
        self._workshop = Workshop()

    def run(self, content: bytes) -> list[str]:
        """Sign what a body asks for; give the code of its refusal, or that it was signed.

        Raises:
            AssertionError: The manifest does not say what the client said.
            Exception: Something that is no error of the catalogue came out, or one that is ours.
        """
        try:
            request = _read(content).to_signing_request("acme")
            self._workshop.service.sign(request, RequestRecord("a request"), Deadline())
        except tuple(_REFUSALS) as refused:
            refused.message.encode()
            return [refused.code]
        _, digest, store = self._workshop.store.kept.pop()
        assert digest == request.asset_sha256
        assertions = read_store(store).children[-1].child("c2pa.assertions")
        for box in assertions.children:
            if _holds_file(box):
                continue
            found = _content(box)
            assert isinstance(found, dict), box.label
            if _is_kept(box.label):
                assert exactly(found) == exactly(request.assertions[box.label]), box.label
        missing = {label for label in request.assertions if _is_kept(label)}
        missing -= {box.label for box in assertions.children}
        assert not missing, missing
        return ["signed"]


def _is_kept(label: str) -> bool:
    """Whether the content goes into the manifest as it was said."""
    return label.startswith(_CUSTOM) or label.endswith(_METADATA)


def _holds_file(box: Box) -> bool:
    """Whether it is a thumbnail, which has two boxes."""
    return [kind for kind, _ in box.content] == ["bfdb", "bidb"]


def _content(box: Box) -> Any:
    """What an assertion says: metadata in JSON, all others in CBOR."""
    if box.label.endswith(_METADATA):
        return read_json(assertion_content(box, box.label, "json"))
    return decoded(assertion_content(box, box.label, "cbor"))
