"""Verification is switched by a flag of its own, and by the kill switch."""

from __future__ import annotations

from pathlib import Path

from emulator.system import Settings
from tests.calls.verify_requests import in_base64, post_verify
from tests.e2e.conftest import body, calls, post
from tests.media.sample_assets import png
from tests.system.command import edge_signer
from tests.system.running import Running, running
from tests.system.waiting import wait_for

ASKED = {"media_type": "image/png", "asset_inline": in_base64(png())}
OFF = (503, "VERIFICATION_DISABLED")


def told(system: Running, target: str = "/verify") -> tuple[int, str | None]:
    asked = {} if target.endswith("uploads") else ASKED
    answer = post_verify(system, asked, target=target)
    return answer.status, answer.json().get("code")


def flags(system: Running, *arguments: str) -> None:
    done = edge_signer(Path(system.state.anchors).parent, "flags", *arguments)
    assert done.returncode == 0, done.stderr


def test_it_is_off_until_it_is_switched_on_and_signing_does_not_depend_on_it(
    tmp_path: Path,
) -> None:
    settings = Settings(
        port=0, state_directory=tmp_path, parameters={"VerificationEnabled": "false"}
    )
    with running(settings) as system:
        assert (told(system), told(system, "/verify/uploads")) == (OFF, OFF)
        assert calls(system, "dynamodb.UpdateItem") == 0, "it does not count"
        flags(system, "set", "verification_enabled", "true")
        wait_for(lambda: told(system) == (200, None))
        flags(system, "set", "kill_switch", "true")
        wait_for(lambda: told(system) == (503, "SIGNER_DISABLED"))
        flags(system, "set", "kill_switch", "false")
        flags(system, "set", "verification_enabled", "false")
        wait_for(lambda: told(system) == OFF)
        assert post(system, body(b"signed all the same")).status == 200
