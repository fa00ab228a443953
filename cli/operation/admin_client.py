"""The client's side of /admin, and how its answers are shown."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from cli.api_address import require_api_address
from cli.terminal import EXIT_USAGE, fail, out, show_row
from emulator.local_state import LocalState, NotRunningError, default_directory

TOKEN_VARIABLE = "EDGE_SIGNER_ADMIN_TOKEN"  # noqa: S105 - its name
_TIMEOUT = urllib3.Timeout(connect=5, read=35)
_REFUSED = range(400, 500)
#: Answered by a flood that keeps operators out, and where a change cannot be recorded.
_TRY_WITHOUT = {429, 503}
_WITHOUT_ADMIN = (
    "; what cannot wait needs no /admin, but AWS credentials: "
    "`edge-signer flags set kill_switch true --stage …`"
)


@dataclass(frozen=True)
class AdminTarget:
    """Where an operator's change goes.

    Attributes:
        url: Of the API; None for the emulator that runs here.
        state: The emulator's state directory; None for the default.
        as_json: Print the answer as it came.
    """

    url: str | None
    state: Path | None
    as_json: bool

    def change(self, path: str, body: dict[str, Any]) -> None:
        """Ask for a change, and show what was done.

        Raises:
            typer.Exit: It is refused (2), or fails or cannot be reached (1).
        """
        done = self._ask("POST", path, body)
        if self.as_json:
            out.print(json.dumps(done), markup=False)
            return
        for name in ("action", "target", "before", "after", "operator"):
            show_row(name, _shown(done[name]))
        show_row("recorded", done["audit_key"])

    def show(self, path: str) -> None:
        """Ask for a state, and show it.

        Raises:
            typer.Exit: It is refused (2), or fails or cannot be reached (1).
        """
        found = self._ask("GET", path, None)
        if self.as_json:
            out.print(json.dumps(found), markup=False)
            return
        for name, value in found.items():
            show_row(name, _shown(value))

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        url, token = self._access()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        http = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)
        try:
            response = http.request(method, f"{url}{path}", body=content, headers=headers)
        except urllib3.exceptions.HTTPError as failure:
            fail(f"{url} cannot be reached: {failure}")
        except ValueError:
            fail("the admin token holds a character that no header can", EXIT_USAGE)
        try:
            answer: dict[str, Any] = response.json()
            if response.status == 200:
                return answer
            said = " ".join(f"{response.status} {answer.get('code', '')}".split())
            said, exit_code = f"{said}: {answer['message']}", _exit_code(response.status)
        except (ValueError, KeyError, TypeError, AttributeError):
            said, exit_code = f"{url} is no edge signer ({response.status})", 1
        fail(said + (_WITHOUT_ADMIN if response.status in _TRY_WITHOUT else ""), exit_code)

    def _access(self) -> tuple[str, str]:
        token = os.environ.get(TOKEN_VARIABLE)
        if self.url is not None:
            require_api_address(self.url)
            if not token:
                fail(f"--url needs the admin token in {TOKEN_VARIABLE}", EXIT_USAGE)
            return self.url.rstrip("/"), token
        try:
            local = LocalState.load(self.state or default_directory())
        except NotRunningError as stopped:
            fail(f"{stopped}: start one with `edge-signer run`, or name an API with --url")
        return local.url, token or local.admin_token


def _exit_code(status: int) -> int:
    return EXIT_USAGE if status in _REFUSED else 1


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value)
