"""What a running system tells the tools around it: the file local.json in its state directory.

This module imports nothing heavy, so that a command which only reads the file starts at once.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from emulator.files import write_atomically

FILE_NAME = "local.json"
STATE_VARIABLE = "EDGE_SIGNER_STATE"
#: The roots of this run and of earlier ones, beside the file.
ANCHORS_NAME = "anchors.pem"
TSA_ANCHORS_NAME = "tsa_anchors.pem"


class NotRunningError(Exception):
    """No system runs on this state directory; the text says so in one line."""


@dataclass(frozen=True)
class TenantToken:
    """A tenant and its bearer token."""

    tenant_id: str
    token: str


@dataclass(frozen=True)
class LocalState:
    """The file's content.

    Attributes:
        url: Where the system answers, without a slash at the end.
        tenants: The tenants and their bearer tokens.
        admin_token: The administrator's bearer token.
        anchors: The PEM file of roots that signing certificates lead to.
        tsa_anchors: The PEM file of roots that time-stamp certificates lead to.
        pid: The process that runs the system.
        aws_endpoint: The URL at which AWS's services answer.
        receipt_public_key: What receipts of jobs are verified with: 64 hexadecimal digits, empty
            where the stack has no such key.
        variables: What the template puts into the functions' environments, by their names.
    """

    url: str
    tenants: tuple[TenantToken, ...]
    admin_token: str
    anchors: str
    tsa_anchors: str
    pid: int
    aws_endpoint: str
    receipt_public_key: str = ""
    variables: dict[str, dict[str, str]] = field(default_factory=dict)

    def save(self, directory: Path) -> None:
        """Write the file whole, readable by its owner alone.

        Raises:
            OSError: The directory cannot be written.
        """
        write_atomically(directory / FILE_NAME, json.dumps(asdict(self), indent=2) + "\n")

    def token_of(self, tenant_id: str) -> str:
        """Give a tenant's bearer token.

        Raises:
            KeyError: There is no such tenant.
        """
        for tenant in self.tenants:
            if tenant.tenant_id == tenant_id:
                return tenant.token
        raise KeyError(tenant_id)

    @classmethod
    def load(cls, directory: Path) -> "LocalState":
        """Read the state of the system that runs on a directory.

        Raises:
            NotRunningError: There is no file, it is not ours, or its process is gone.
        """
        try:
            values = json.loads((directory / FILE_NAME).read_text(encoding="utf-8"))
            tenants = tuple(TenantToken(**tenant) for tenant in values.pop("tenants"))
            state = cls(tenants=tenants, **values)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise NotRunningError(f"nothing runs on {directory}") from error
        if not _is_alive(state.pid):
            raise NotRunningError(f"nothing runs on {directory}: process {state.pid} is gone")
        return state


def default_directory() -> Path:
    """Give the state directory: EDGE_SIGNER_STATE, or .edge-signer in the checkout."""
    configured = os.environ.get(STATE_VARIABLE)
    return Path(configured) if configured else checkout() / ".edge-signer"


def checkout() -> Path:
    """Give the directory that holds template.yaml."""
    return Path(__file__).resolve().parent.parent


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
