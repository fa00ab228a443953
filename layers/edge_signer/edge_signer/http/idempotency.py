"""`Idempotency-Key`: a repeated request gets the same answer and is not signed again.

Follows draft-ietf-httpapi-idempotency-key-header, and uses Powertools' idempotency. Keys belong to
a tenant and are remembered for a day, with the digest of the body. Only success is remembered: a
refusal or failure frees the key. If a worker dies, its key is free once the function's time is up.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response, content_types

from edge_signer.http.errors import IdempotencyMismatchError, RequestInFlightError
from edge_signer.platform.errors import InvalidRequestError, StoreUnavailableError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer
    from aws_lambda_powertools.utilities.typing import LambdaContext

REMEMBERED_S = 24 * 60 * 60
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_IN_FLIGHT_RETRY_S = 1


def idempotency_key_of(headers: Mapping[str, str]) -> str | None:
    """Return the client's key; None if it sends none.

    Raises:
        InvalidRequestError: It is empty, too long, or has other than visible ASCII characters.
    """
    key = headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidRequestError("Idempotency-Key must be 1 to 255 visible ASCII characters")
    return key


class Idempotency:
    """Remembers answers; needs Put-, Get-, Update- and DeleteItem on the table.

    Args:
        dynamodb: Client of the service.
        table: Its name; the hash key is `id`, and `expiration` is when an item expires.
    """

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def answer_once(
        self,
        answer: Callable[[], Response[str]],
        context: LambdaContext,
        *,
        tenant_id: str,
        key: str,
        body: bytes,
    ) -> Response[str]:
        """Return the remembered answer, or make and remember one.

        Args:
            answer: Makes the answer, of status 200; any other outcome is an exception.
            context: Its time limit is how long the key stays in flight at most.
            tenant_id: The tenant; the same key of another tenant is another key.
            key: The client's name for the request.
            body: Its bytes, which must be the same each time.

        Raises:
            RequestInFlightError: The first request with this key is still being processed.
            IdempotencyMismatchError: The key was used with another body.
            StoreUnavailableError: DynamoDB does not answer. If it failed only after signing, the
                manifest is stored, and the key stays in flight until its time is up.
            EdgeSignerError: What `answer` raises.
        """
        # Imported here: it costs a quarter of a second, and only requests with a key need it.
        from aws_lambda_powertools.utilities import idempotency as powertools
        from aws_lambda_powertools.utilities.idempotency import exceptions

        made: list[Response[str]] = []

        def make(**_: Any) -> dict[str, Any]:
            made.append(answer())
            return {"headers": dict(made[0].headers), "body": made[0].body}

        once = powertools.idempotent_function(
            make,
            data_keyword_argument="data",
            persistence_store=self._store,
            config=powertools.IdempotencyConfig(
                event_key_jmespath="[tenant_id, key]",
                payload_validation_jmespath="body_sha256",
                raise_on_no_idempotency_key=True,
                expires_after_seconds=REMEMBERED_S,
                hash_function="sha256",
                lambda_context=context,
            ),
            key_prefix="idempotency",
        )
        try:
            body_sha256 = hashlib.sha256(body).hexdigest()
            kept = once(data={"tenant_id": tenant_id, "key": key, "body_sha256": body_sha256})
        except exceptions.IdempotencyAlreadyInProgressError as in_flight:
            raise RequestInFlightError(
                "The first request with this Idempotency-Key is still being processed.",
                retry_after_s=_IN_FLIGHT_RETRY_S,
            ) from in_flight
        except exceptions.IdempotencyValidationError:
            raise IdempotencyMismatchError(
                "This Idempotency-Key was used with another body; use a new key for each request."
            ) from None
        except (
            exceptions.IdempotencyInconsistentStateError,
            exceptions.IdempotencyPersistenceLayerError,
        ) as failure:
            raise StoreUnavailableError(
                "Could not check the Idempotency-Key; try again.", retry_after_s=5
            ) from failure
        return made[0] if made else _replayed(kept)

    @cached_property
    def _store(self) -> DynamoDBPersistenceLayer:
        from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

        return DynamoDBPersistenceLayer(table_name=self._table, boto3_client=self._dynamodb)


def _replayed(kept: Mapping[str, Any]) -> Response[str]:
    return Response(
        status_code=HTTPStatus.OK,
        content_type=content_types.APPLICATION_JSON,
        body=kept["body"],
        headers={**kept["headers"], "Idempotency-Replayed": "true"},
    )
