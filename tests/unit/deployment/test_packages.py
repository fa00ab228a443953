from __future__ import annotations

from pathlib import Path

from deployment.packages import copy_sources


def test_what_this_machine_compiled_is_not_copied(tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "__pycache__").mkdir(parents=True)
    for name in ("app.py", "__pycache__/app.pyc", "tbs.cwasm"):
        (package / name).write_bytes(b"")
    copy_sources(package, tmp_path / "layer")
    assert [one.name for one in (tmp_path / "layer/package").rglob("*")] == ["app.py"]
