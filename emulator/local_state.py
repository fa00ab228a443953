"""The state directory: local.json tells other tools where the running system is.

This module imports nothing large, so that a command that only reads the file starts fast.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from emulator.errors import StartError
from emulator.files import write_atomically

FILE_NAME = "local.json"
#: Where the system serves manifests.
MANIFESTS_PATH = "/manifests/"
STATE_VARIABLE = "EDGE_SIGNER_STATE"
#: The roots of this run and of earlier ones, beside the file.
ANCHORS_NAME = "anchors.pem"
TSA_ANCHORS_NAME = "tsa_anchors.pem"


class NotRunningError(Exception):
    """No system is running on this state directory."""


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
        receipt_public_key: The key that verifies receipts of jobs: 64 hexadecimal digits, empty
            if the stack has no such key.
        variables: The functions' environment variables from the template, by function name.
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
        """Write the file in one step, readable only by its owner.

        Raises:
            OSError: The directory cannot be written.
        """
        write_atomically(directory / FILE_NAME, json.dumps(asdict(self), indent=2) + "\n")

    def token_of(self, tenant_id: str) -> str:
        """Return a tenant's bearer token.

        Raises:
            KeyError: There is no such tenant.
        """
        return {tenant.tenant_id: tenant.token for tenant in self.tenants}[tenant_id]

    def console_address(self) -> str:
        """Return where the console is, with tokens for it.

        They stand behind the `#`, which browsers keep to themselves and the page takes away.
        """
        tokens = {"token": self.tenants[0].token, "operator": self.admin_token}
        return f"{self.url}/#{urlencode(tokens)}"

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
    """Return the state directory: EDGE_SIGNER_STATE, or .edge-signer in the checkout.

    Of an installed command it is in the user's home, because an update replaces the command's own
    folder.
    """
    if configured := os.environ.get(STATE_VARIABLE):
        return Path(configured)
    if is_checkout():
        return checkout() / ".edge-signer"
    states = os.environ.get("XDG_STATE_HOME")
    return (Path(states) if states else Path.home() / ".local/state") / "edge-signer"


def checkout() -> Path:
    """Return the directory that holds template.yaml: the checkout, or an installed copy of it."""
    return Path(__file__).resolve().parent.parent


def is_checkout() -> bool:
    """Return whether this is the checkout; what is installed has no project file."""
    return (checkout() / "pyproject.toml").is_file()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.DOTALL)
# Each run makes new roots and discards their keys; the last roots keep older sidecars verifiable.
_KEPT_ROOTS = 20


@contextmanager
def owned(directory: Path) -> Iterator[Path]:
    """Lock a state directory, and remove local.json at the end.

    The kernel holds the lock, so a killed owner leaves nothing to clean up.

    Args:
        directory: Created if necessary.

    Raises:
        StartError: Another system uses it, or it cannot be written.
    """
    directory = directory.resolve()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(directory / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise StartError(f"the state directory {directory} cannot be used: {error}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StartError(f"{directory} is in use{_owner(directory)}") from error
        (directory / FILE_NAME).unlink(missing_ok=True)
        try:
            yield directory
        finally:
            (directory / FILE_NAME).unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def keep_anchors(file: Path, pem: str) -> None:
    """Put a new root in front of those of earlier runs, in a PEM file."""
    earlier = _CERTIFICATE.findall(file.read_text(encoding="ascii")) if file.exists() else []
    write_atomically(file, "".join([pem, *earlier][:_KEPT_ROOTS]), mode=0o644)


def _owner(directory: Path) -> str:
    try:
        state = LocalState.load(directory)
    except NotRunningError:
        return " by a system that is starting or stopping"
    return f" by process {state.pid}, which serves {state.url}"
