from __future__ import annotations

import gc
import random
from collections.abc import Iterator

import pytest
import snapshot_restore_py

from edge_signer.platform.worker_start import worker_start


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(snapshot_restore_py, "_after_restore_registry", [])
    yield
    gc.unfreeze()
    gc.enable()


def test_nothing_is_collected_while_a_worker_starts() -> None:
    with worker_start():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_was_made_meanwhile_is_never_looked_at_again() -> None:
    before = gc.get_freeze_count()
    with worker_start():
        made = [[] for _ in range(1000)]  # type: ignore[var-annotated]
    assert gc.get_freeze_count() >= before + len(made)


def test_garbage_is_collected_after_a_start_that_failed() -> None:
    with pytest.raises(ImportError), worker_start():
        raise ImportError
    assert gc.isenabled()


def test_workers_that_wake_from_one_snapshot_draw_different_numbers() -> None:
    with worker_start():
        pass
    snapshot = random.getstate()
    drawn = []
    for _ in range(2):
        random.setstate(snapshot)
        for restored, arguments, more in snapshot_restore_py.get_after_restore():
            restored(*arguments, **more)
        drawn.append(random.random())
    assert drawn[0] != drawn[1]
