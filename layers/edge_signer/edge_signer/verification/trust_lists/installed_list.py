"""The document in which a list is installed: the published file, and what it is trusted for.

The command writes it into a folder or a bucket; a verifier reads it there. It is one object, so a
reader has either the old list or the new one.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from edge_signer.verification.trust import Purpose, TrustList
from edge_signer.verification.trust_lists.content import (
    MAX_LIST_BYTES,
    TrustListError,
    read_base64,
)
from edge_signer.verification.trust_lists.list_file import read_list_file

#: Folder of the manifest bucket, and of the emulator's state directory.
FOLDER = "trust"
SUFFIX = ".json"
#: Names of installed lists.
LIST_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
#: The most lists that are installed at once.
MAX_LISTS = 50
#: The published file in base64, and a little around it.
MAX_DOCUMENT_BYTES = MAX_LIST_BYTES * 4 // 3 + 4096


class InstalledList(BaseModel):
    """An installed list.

    Attributes:
        name: By which operators replace and remove it.
        purposes: What it is trusted for.
        installed_at: When it was installed.
        list: The published file in base64.
        signature: Who signed it, or that this was not verified, as found when it was installed.
        is_development: Whether it is the emulator's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: Annotated[str, Field(pattern=rf"^{LIST_NAME.pattern}$")]
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    installed_at: AwareDatetime
    list: str
    signature: str = ""
    is_development: bool = False

    @classmethod
    def of_file(
        cls,
        name: str,
        purposes: frozenset[Purpose],
        content: bytes,
        signature: str,
        installed_at: datetime,
    ) -> InstalledList:
        """Return the document for a published file."""
        return cls(
            name=name,
            purposes=tuple(sorted(purposes)),
            installed_at=installed_at,
            list=base64.b64encode(content).decode(),
            signature=signature,
        )

    @classmethod
    def from_json(cls, document: bytes) -> InstalledList:
        """Read a document.

        Raises:
            TrustListError: It cannot be read.
        """
        if len(document) > MAX_DOCUMENT_BYTES:
            raise TrustListError(f"it has more than {MAX_DOCUMENT_BYTES:,} bytes")
        try:
            return cls.model_validate_json(document)
        except ValidationError as refused:
            fault = refused.errors(include_url=False, include_context=False, include_input=False)[0]
            field = ".".join(map(str, fault["loc"])) or "it"
            raise TrustListError(f"{field} cannot be read: {fault['msg']}") from None

    def to_json(self) -> bytes:
        """Return the document as it is stored."""
        return self.model_dump_json(indent=2).encode() + b"\n"

    def trust_lists(self) -> tuple[TrustList, ...]:
        """Read the published file.

        Returns:
            One list for each set of purposes that its entries have; usually one.

        Raises:
            TrustListError: It cannot be read.
        """
        try:
            content = read_base64(self.list)
        except ValueError as broken:
            raise TrustListError(f"list is {broken}") from None
        found = read_list_file(content).trust_lists(
            self.name, frozenset(self.purposes), is_development=self.is_development
        )
        if not self.signature:
            return found
        return tuple(replace(one, signature=self.signature) for one in found)


def key_of(name: str) -> str:
    """Return the key of a list in the bucket, and its path in the state directory."""
    return f"{FOLDER}/{name}{SUFFIX}"
