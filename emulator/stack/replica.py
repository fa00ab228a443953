"""Plays the stack in another region that holds replicas of the keys, under the same aliases."""

from collections.abc import Iterable
from typing import Any

from emulator.errors import TemplateError
from emulator.stack.creation import Resource


def replicate_keys(resources: Iterable[Resource], kms: Any, abroad: Any) -> None:
    """Replicate every multi-Region key, and give the replica its aliases.

    Args:
        resources: The stack at home.
        kms: Client of KMS at home.
        abroad: Client of KMS in the other region.

    Raises:
        TemplateError: The other region is the keys' own.
    """
    there = abroad.meta.region_name
    if there == kms.meta.region_name:
        raise TemplateError(f"KmsReplicaRegion: {there} is the stack's own region")
    stack = list(resources)
    replicated = {
        one.ref
        for one in stack
        if one.type == "AWS::KMS::Key" and one.properties.get("MultiRegion")
    }
    for key_id in replicated:
        kms.replicate_key(KeyId=key_id, ReplicaRegion=there)
    for one in stack:
        if one.type == "AWS::KMS::Alias" and one.properties["TargetKeyId"] in replicated:
            abroad.create_alias(AliasName=one.ref, TargetKeyId=one.properties["TargetKeyId"])
