"""Files of jobs: a wrong line is named before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from cli.api_access import TenantOptions
from cli.jobs.execute_jobs import execute_jobs

NOBODY = TenantOptions(None, None, None, None, None)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "1 to 100 lines"),
        ("{}\n" * 101, "1 to 100 lines"),
        ("{}\n", "line 1: must be an object with either module or module_hash"),
        ('{"module": "none.wasm"}', "line 1: "),
        ("\n[]", "line 2: must be"),
    ],
    ids=range(5),
)
def test_a_wrong_line_is_named(
    content: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "jobs.jsonl"
    file.write_text(content)
    with pytest.raises(typer.Exit) as ended:
        execute_jobs(file, NOBODY, pubkey=None, batch_id=None, wait_s=0, keep=None, as_json=False)
    assert ended.value.exit_code == 2
    assert told in capsys.readouterr().err.replace("\n", " ")
