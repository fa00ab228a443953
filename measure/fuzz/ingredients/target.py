"""The endpoint of `POST /edge-sign` in this process, and requests with damaged parents for it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from random import Random
from typing import Any, cast

from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.configuration.flags import MAX_PAYLOAD_BYTES, Flags
from edge_signer.http.admission import Gatekeeper
from edge_signer.http.catalogue import STATUS
from edge_signer.http.idempotency import Idempotency
from edge_signer.http.routes.edge_sign import EdgeSignEndpoint
from edge_signer.platform.errors import EdgeSignerError
from edge_signer.signing.ingredients.planner import IngredientPlanner
from edge_signer.signing.rules.digital_source_types import TERMS
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.tenancy.tenants import Tenant
from edge_signer.verification.store_reader import manifests_of
from measure.fuzz.ingredients.box_mutations import mutate_boxes
from measure.fuzz.ingredients.judgement import Signing
from measure.fuzz.ingredients.memory import WatchedBuilder, WatchedProcess
from measure.fuzz.ingredients.parents import Parents, Seed
from measure.fuzz.mutations import mutate_bytes, truncate
from measure.fuzz.open_door import FreshContext, OpenDoor, json_event
from tests.media.sample_assets import jpeg
from tests.signers.software_signer import Workshop

_TENANTS = (Tenant("acme"), Tenant("globex"))
_UNIQUE_LABEL = len("urn:c2pa:") + 36
_CREATED = {"action": "created", "digitalSourceType": TERMS["composite"]}
_ACTIONS: dict[str, list[dict[str, Any]]] = {
    "parentOf": [{"action": "opened"}],
    "componentOf": [_CREATED, {"action": "placed", "parameters": {"ingredientIds": ["it"]}}],
    "inputTo": [_CREATED],
}


class IngredientTarget:
    """Sends requests of two tenants in turn; the parent of each is damaged.

    Args:
        engines_share: Of the manifests that were signed, the share that c2pa-rs and encypher-c2pa
            judge. Our own validator judges all.
    """

    def __init__(self, engines_share: float = 1.0) -> None:
        self._engines_share = engines_share
        self._at = datetime.now(UTC)
        self._builder = WatchedBuilder()
        workshop = Workshop(builder=self._builder)
        self._kept = workshop.store.kept
        parents = Parents(workshop)
        self._authorities = parents.authorities
        self._seeds = [parents.made() for _ in _TENANTS]
        self._labels = [
            {label for one in seeds for label in _labels(one.store)} for seeds in self._seeds
        ]
        # The labels of the last request's parent, by tenant.
        self._last: list[set[str]] = [set(), set()]
        workshop.planner = IngredientPlanner(
            lambda _tenant, one, _where: one.manifest_store,
            lambda: self._authorities.trust,
            lambda: self._at,
        )
        self._process = WatchedProcess()
        self._asset = jpeg()
        self._door = OpenDoor()
        self._endpoint = EdgeSignEndpoint(
            cast(Gatekeeper, self._door),
            cast(Idempotency, None),  # No request has a key.
            workshop.service,
            lambda: Flags(max_payload_size=MAX_PAYLOAD_BYTES),
        )

    def run(self, number: int, seed: int) -> tuple[str, str]:
        """Send one request; gives the parent's name, and its verdict or the refusal.

        Raises:
            AssertionError: The manifest that was signed is wrong, or the refusal is, or something
            takes too much memory.
            Exception: Something else than an error of the catalogue came out.
        """
        random = Random(f"{seed}:{number}")
        place = number % len(_TENANTS)
        one = random.choice(self._seeds[place])
        parent = damaged(random, one, self._seeds[place])
        labels = _labels(parent)
        self._last[place] = labels
        self._door.tenant = _TENANTS[place]
        foreign = {*self._last[1 - place], *self._labels[1 - place]} - labels
        try:
            outcome, answer = self._answer(random, parent)
            assert not [label for label in foreign if label.encode() in answer], "another's parent"
            self._kept.clear()
            self._builder.require_bounded()
            self._process.require_bounded()
        except Exception:
            # Signed by keys of this process: another one makes other parents of the same number.
            Path(f"fuzz-finding-{number}.c2pa").write_bytes(parent)
            raise
        return one.name, outcome

    def _answer(self, random: Random, parent: bytes) -> tuple[str, bytes]:
        """Send a request and check its answer; gives the outcome, and what the client learns."""
        request = self._request(random, parent)
        record, context = RequestRecord("id"), cast(LambdaContext, FreshContext())
        try:
            answer = self._endpoint.sign(json_event(request), record, context)
        except EdgeSignerError as refused:
            _check_refusal(refused)
            return refused.code, refused.message.encode()
        assert answer.status_code == HTTPStatus.OK
        body = json.loads(str(answer.body))
        store = base64.b64decode(body["manifest"])
        signing = Signing(self._asset, parent, store, self._at)
        found = signing.require_recorded(self._authorities)
        by_engines = random.random() < self._engines_share
        signing.require_trusted(self._authorities, by_engines=by_engines)
        judged = "" if by_engines else "; no engine asked"
        return f"signed; parent {found.verdict}{judged}", store

    def _request(self, random: Random, parent: bytes) -> dict[str, Any]:
        relationship = random.choices([*_ACTIONS], (6, 3, 1))[0]
        history = {"actions": _ACTIONS[relationship], "allActionsIncluded": True}
        ingredient = {
            "relationship": relationship,
            "id": "it",
            "manifest": base64.b64encode(parent).decode(),
        }
        return {
            "asset_sha256": hashlib.sha256(self._asset).hexdigest(),
            "policy_id": "newsroom-default-v3",
            "tsa": False,
            "assertions": {"c2pa.actions.v2": history},
            "ingredients": [ingredient],
        }


def _labels(store: bytes) -> set[str]:
    """The labels of manifests that are nobody else's; damaged ones may be too short for that."""
    return {one.label for one in manifests_of(store) if len(one.label) >= _UNIQUE_LABEL}


def damaged(random: Random, one: Seed, others: Sequence[Seed]) -> bytes:
    """Damage a store: its boxes first, because these must still be there; then its bytes."""
    store = one.store
    if random.random() < 0.4:
        store = mutate_boxes(random, store, random.choice(others).store)
        if random.random() < 0.7:
            return store
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        change = random.choices((mutate_bytes, truncate), (20, 1))[0]
        store = change(random, store)
    return store


def _check_refusal(refused: EdgeSignerError) -> None:
    assert STATUS[type(refused)] < HTTPStatus.INTERNAL_SERVER_ERROR, repr(refused)
    assert "ingredients[0]" in refused.message, refused.message
