"""What no function may do to the manifest bucket: manifests, audit records and trust lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.guards.rendering import rendered
from tests.guards.role_statements import Document, listed, statements

#: The bucket where its logical id would make a circle of references.
MANIFESTS_BY_NAME = (
    "arn:${AWS::Partition}:s3:::edge-signer-${Stage}-manifests-${AWS::AccountId}-${AWS::Region}"
)
_BUCKETS = ("${ManifestBucket.Arn}", MANIFESTS_BY_NAME)
_TRUST_LISTS = tuple(f"{bucket}/trust/" for bucket in _BUCKETS)
# The sign function reads the credentials of ingredients.
_READS_MANIFESTS = re.compile(r"(Sign|Verify|Recheck)Function(Role)?, ")
#: Whoever reads files that strangers made; it may use no key.
READER = re.compile(r"(Verify|Recheck)Function(Role)?, ")


def manifest_bucket_faults(document: Document) -> Iterator[str]:
    """Say which functions may do too much to the bucket."""
    yield from _manifest_faults(document)
    yield from _trust_list_faults(document)


def _manifest_faults(document: Document) -> Iterator[str]:
    """Say which functions may read manifests, or replace one that an asset names.

    Manifests are written, and served by others. Only the functions that validate them read them.
    """
    for where, statement in statements(document):
        actions = {rendered(one).lower() for one in listed(statement.get("Action"))}
        resources = [rendered(one) for one in listed(statement.get("Resource"))]
        reads = actions & {"s3:getobject", "s3:getobjectversion"}
        includes_manifests = any(
            one.startswith(_BUCKETS) and not one.startswith(_TRUST_LISTS) for one in resources
        )
        if reads and includes_manifests and not _READS_MANIFESTS.match(where):
            yield f"{where}: may read manifests"
        once = {"Null": {"s3:if-none-match": "false"}}
        writes = statement.get("Effect") == "Allow" and "s3:putobject" in actions
        if (
            writes
            and any("/id/" in one for one in resources)
            and statement.get("Condition") != once
        ):
            yield f"{where}: may replace manifests that assets name"


def _trust_list_faults(document: Document) -> Iterator[str]:
    """Say which functions may write trust lists; operators install them.

    An Allow whose wildcard includes them needs a Deny beside it.
    """
    writes = [
        (where.split(", ")[0], where, one)
        for where, one in statements(document)
        if "s3:putobject" in (rendered(action).lower() for action in listed(one.get("Action")))
    ]
    denied = {
        logical_id
        for logical_id, _, one in writes
        if one.get("Effect") == "Deny"
        and "Condition" not in one
        and "${ManifestBucket.Arn}/trust/*" in map(rendered, listed(one.get("Resource")))
    }
    for logical_id, where, one in writes:
        resources = map(rendered, listed(one.get("Resource")))
        if (
            one.get("Effect") == "Allow"
            and logical_id not in denied
            and any(map(_includes_trust_lists, resources))
        ):
            yield f"{where}: may write trust lists"


def _includes_trust_lists(resource: str) -> bool:
    for bucket in _BUCKETS:
        if resource.startswith(f"{bucket}/"):
            literal = re.split(r"[*?]", resource.removeprefix(f"{bucket}/"))[0]
            return literal.startswith("trust/") or "trust/".startswith(literal)
    return False
