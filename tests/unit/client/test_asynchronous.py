"""The coroutines: how many run at once, and what is there after one is cancelled."""

from __future__ import annotations

import asyncio
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge_signer_client import AsyncEdgeSigner, Credentials, RefusedError
from tests.media.sample_assets import EXAMPLES
from tests.system.held_api import HeldApi, held_api
from tests.system.waiting import wait_for

PHOTOGRAPH = EXAMPLES / "rocket-small.jpg"
DIGEST = "0" * 64
SAID: tuple[str, dict[str, Any]] = ("policy", {})


@pytest.fixture
def api() -> Iterator[HeldApi]:
    with held_api() as api:
        yield api


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return Path(shutil.copy(PHOTOGRAPH, tmp_path / "photo.jpg"))


def client(api: HeldApi, at_once: int = 8) -> AsyncEdgeSigner:
    return AsyncEdgeSigner(api.url, Credentials("token"), patience_s=0, at_once=at_once)


async def requests(api: HeldApi, count: int) -> None:
    await asyncio.to_thread(wait_for, lambda: api.waiting == count)


async def cancelled(task: asyncio.Task[Any]) -> bool:
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False


# Asyncio's own threads are fewer than the larger number on a machine of few cores.
@pytest.mark.parametrize("at_once", [1, 3, 40])
def test_as_many_calls_run_at_once_as_the_constructor_says(api: HeldApi, at_once: int) -> None:
    async def main() -> None:
        signer = client(api, at_once)
        calls = [signer.sign(DIGEST, *SAID) for _ in range(at_once + 3)]
        signed = asyncio.gather(*calls)
        await requests(api, at_once)
        api.may_answer.set()
        assert [one.kms_key_id for one in await signed] == ["key"] * len(calls)

    asyncio.run(main())
    assert (api.most_waiting, api.received) == (at_once, at_once + 3)


def test_a_call_that_is_cancelled_before_it_begins_sends_nothing(api: HeldApi, photo: Path) -> None:
    async def main() -> None:
        signer = client(api, at_once=1)
        first = asyncio.create_task(signer.sign(DIGEST, *SAID))
        await requests(api, 1)
        others = [
            asyncio.create_task(signer.sign(DIGEST, *SAID)),
            asyncio.create_task(signer.embed_file(photo, photo.with_name("signed.jpg"), *SAID)),
        ]
        await asyncio.sleep(0)
        for other in others:
            other.cancel()
        await asyncio.sleep(0)
        api.may_answer.set()
        await first
        assert [await cancelled(other) for other in others] == [True, True]
        await signer.sign(DIGEST, *SAID)

    asyncio.run(main())
    assert api.received == 2
    assert [one.name for one in photo.parent.iterdir()] == ["photo.jpg"]


def test_a_cancelled_digest_is_left_to_its_thread_at_once(api: HeldApi) -> None:
    async def main() -> None:
        task = asyncio.create_task(client(api).sign(DIGEST, *SAID))
        await requests(api, 1)
        task.cancel()
        assert await cancelled(task)
        assert api.waiting == 1
        api.may_answer.set()

    asyncio.run(main())


def test_cancelled_streams_are_given_back_when_nothing_uses_them(api: HeldApi) -> None:
    async def main() -> None:
        asset, signed = io.BytesIO(PHOTOGRAPH.read_bytes()), io.BytesIO()
        task = asyncio.create_task(client(api).embed(asset, signed, *SAID))
        await requests(api, 1)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert not task.done()
        api.may_answer.set()
        assert await cancelled(task)
        # The thread came to its end: the store is inside.
        assert b"jumb" in signed.getvalue()

    asyncio.run(main())


@pytest.mark.parametrize("status", [200, 403, 500])
@pytest.mark.parametrize("earlier", [None, b"of an earlier run"])
def test_a_cancelled_file_leaves_the_target_as_it_was(
    api: HeldApi,
    photo: Path,
    status: int,
    earlier: bytes | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    target = photo.with_name("signed.jpg")
    if earlier is not None:
        target.write_bytes(earlier)
    before = {one.name: one.read_bytes() for one in photo.parent.iterdir()}
    api.status = status

    async def main() -> None:
        task = asyncio.create_task(client(api).embed_file(photo, target, *SAID))
        await requests(api, 1)
        task.cancel()
        await asyncio.sleep(0)
        api.may_answer.set()
        assert await cancelled(task)
        assert {one.name: one.read_bytes() for one in photo.parent.iterdir()} == before

    asyncio.run(main())
    assert caplog.records == []


def test_what_a_call_gives_or_raises_is_what_the_client_gives_or_raises(
    api: HeldApi, photo: Path
) -> None:
    target, checked = photo.with_name("signed.jpg"), []
    api.may_answer.set()

    async def main() -> None:
        signer = client(api)
        answer = await signer.embed_file(
            photo, target, *SAID, check=lambda _, answer: checked.append(answer.media_type)
        )
        content, again = await signer.embed_bytes(photo.read_bytes(), *SAID)
        signed = io.BytesIO()
        with photo.open("rb") as asset:
            await signer.embed(asset, signed, *SAID)
        assert answer.media_type == again.media_type == "image/jpeg"
        assert target.read_bytes() == content == signed.getvalue()
        assert again.manifest_store[4:8] == b"jumb"
        api.status = 403
        for refused in (
            signer.sign(DIGEST, *SAID),
            signer.embed_bytes(photo.read_bytes(), *SAID),
            signer.embed_file(photo, target, *SAID),
            signer.run_job(b"{}", 0),
        ):
            with pytest.raises(RefusedError, match="403: as the test wants it"):
                await refused
        assert target.read_bytes() == content

    asyncio.run(main())
    assert checked == ["image/jpeg"]
