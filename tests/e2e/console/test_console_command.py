"""`edge-signer console publish`, with a stack that has the console's bucket, and one without."""

from __future__ import annotations

import json
from pathlib import Path

from emulator.gateway.console import site_files
from emulator.system import Settings
from tests.conftest import ROOT
from tests.system.command import edge_signer
from tests.system.running import Running, running

BUCKET = "edge-signer-dev-console-123456789012-us-east-1"


def test_the_files_are_copied_and_those_of_an_earlier_console_deleted(tmp_path: Path) -> None:
    settings = Settings(
        port=0, state_directory=tmp_path / "state", parameters={"ConsoleEnabled": "true"}
    )
    with running(settings) as system:
        s3 = system.client("s3")
        s3.put_object(Bucket=BUCKET, Key="console/old.js", Body=b"of an earlier console")
        published = edge_signer(settings.state_directory, "console", "publish", "--json")
        assert (published.returncode, published.stderr) == (0, "")
        told = json.loads(published.stdout)
        assert (told["bucket"], told["deleted"]) == (BUCKET, ["console/old.js"])
        kept = {one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
        assert kept == {path.lstrip("/") for path in site_files(ROOT)}
        module = s3.get_object(Bucket=BUCKET, Key="console/client/embed.wasm")
        assert (module["ContentType"], module["CacheControl"]) == ("application/wasm", "no-cache")
        assert module["Body"].read() == (ROOT / "wasm_embed/embed.wasm").read_bytes()


def test_without_the_parameter_there_is_nowhere_to_publish(system: Running) -> None:
    refused = edge_signer(Path(system.state.anchors).parent, "console", "publish")
    assert refused.returncode == 1
    assert "is ConsoleEnabled true?" in refused.stderr
