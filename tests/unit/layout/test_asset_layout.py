"""What the layer writes of an asset is what the client writes, or a refusal with a name."""

from __future__ import annotations

import io
import re
import struct

import pytest
from wasmtime import wat2wasm

from edge_signer.platform.errors import EdgeSignerError
from edge_signer.signing.errors import AlreadySignedError, AssetNotEmbeddableError
from edge_signer.signing.layout import layout_calls
from edge_signer.signing.layout.asset_layout import MAX_SIGNED_BYTES, MAX_STEPS, AssetLayout
from edge_signer.signing.manifest.wasmtime_engine import Engine, InstancePre, Module
from edge_signer.signing.manifest.wasmtime_instance import BareInstance
from edge_signer_client.embedding import AssetLayout as ClientsLayout
from edge_signer_client.embedding import AssetLayoutError
from measure.fuzz.layout_seeds import LAYOUTS, Mutants
from tests.media.odd_assets import ODD_ASSETS
from tests.media.odd_movies import box
from tests.media.sample_assets import SAMPLE_ASSETS, jpeg, movie, png

STORE_BYTES = 2560
MUTANTS = 60
Made = tuple[str, bytes, bytes] | str


def store(length: int) -> bytes:
    head = struct.pack(">I4sI4s4s", length, b"jumb", 30, b"jumd", b"c2pa")
    return head.ljust(length, b"\x01")


def of_the_layer(asset: bytes, store_bytes: int) -> Made:
    try:
        layout = AssetLayout(asset, store_bytes)
        return layout.place.format, layout.digest, layout.signed(store(store_bytes))
    except (AlreadySignedError, AssetNotEmbeddableError) as refused:
        said = re.fullmatch(r"asset_inline: (.*?)(; [^;]*)?\.", refused.message)
        assert said
        return said[1]


def of_the_client(asset: bytes, store_bytes: int) -> Made:
    signed = io.BytesIO()
    try:
        layout = ClientsLayout(io.BytesIO(asset), store_bytes)
        digest = bytes.fromhex(layout.write(signed))
    except AssetLayoutError as refused:
        return str(refused)
    layout.fill(signed, store(store_bytes))
    return layout.media_type, digest, signed.getvalue()


@pytest.mark.parametrize("name", SAMPLE_ASSETS | ODD_ASSETS)
def test_every_format_is_written_as_the_client_writes_it(name: str) -> None:
    asset = (SAMPLE_ASSETS | ODD_ASSETS)[name].content
    for store_bytes in (STORE_BYTES, 70_001):
        made, clients = of_the_layer(asset, store_bytes), of_the_client(asset, store_bytes)
        if isinstance(made, str):
            assert (name, made.startswith(str(clients))) == ("plain text", True)
        else:
            assert made == clients


def test_a_table_larger_than_the_window_is_moved_in_parts() -> None:
    tracks = struct.pack(">II300000I", 0, 300_000, *range(0, 3_000_000, 10))
    for kind in (b"stco", b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        tracks = box(kind, tracks)
    asset = movie(b"isom").replace(b"moov", b"free") + tracks
    made = of_the_layer(asset, STORE_BYTES)
    assert not isinstance(made, str)
    assert made == of_the_client(asset, STORE_BYTES)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_damaged_assets_are_written_or_refused_as_the_client_does(layout: str) -> None:
    mutants = Mutants(layout, 2027)
    refusals = 0
    for number in range(MUTANTS):
        asset, store_bytes = mutants.make(number)
        made, clients = of_the_layer(asset, store_bytes), of_the_client(asset, store_bytes)
        if isinstance(made, str):
            refusals += 1
            assert isinstance(clients, str)
            assert clients.startswith(made) or made.startswith(clients), number
        else:
            assert made == clients, number
    assert refusals


def refusal(asset: bytes, store_bytes: int = STORE_BYTES) -> EdgeSignerError:
    with pytest.raises(EdgeSignerError) as refused:
        AssetLayout(asset, store_bytes).digest  # noqa: B018
    return refused.value


def test_a_signed_file_is_refused_by_a_name_of_its_own() -> None:
    for asset in (SAMPLE_ASSETS | ODD_ASSETS).values():
        if asset.media_type != "text/plain":
            signed = AssetLayout(asset.content, STORE_BYTES).signed(store(STORE_BYTES))
            assert refusal(signed).code == "ALREADY_SIGNED"


def test_another_format_is_refused_with_those_that_there_are() -> None:
    refused = refusal(b"plain text, and a good deal of it")
    assert refused.code == "ASSET_NOT_EMBEDDABLE"
    assert "image/jpeg" in refused.message
    assert refused.message.endswith("leave out embed for a sidecar.")


def free_boxes(count: int) -> bytes:
    return movie(b"isom") + box(b"free", b"") * count


@pytest.mark.parametrize(
    ("asset", "told"),
    [
        (SAMPLE_ASSETS["MOV"].content[:-1], "ends in the middle of a structure"),
        (free_boxes(MAX_STEPS), "more parts than are laid out here"),
        (free_boxes(500_000), "has no memory left"),
        (jpeg() + bytes(MAX_SIGNED_BYTES), f"has more than {MAX_SIGNED_BYTES} bytes"),
    ],
)
def test_what_is_damaged_or_beyond_a_bound_is_refused_with_the_reason(
    asset: bytes, told: str
) -> None:
    refused = refusal(asset)
    assert refused.code == "ASSET_NOT_EMBEDDABLE"
    assert told in refused.message


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout_calls, "_FUEL", 1000)
    monkeypatch.setattr(layout_calls, "_FUEL_PER_BYTE", 0)
    assert "takes too long" in refusal(jpeg()).message
    monkeypatch.undo()
    assert AssetLayout(jpeg(), STORE_BYTES).digest


def test_a_module_that_traps_is_a_refusal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(64 * 1024, None)
    broken = """(module (memory (export "memory") 1)
                  (func (export "begin") (param i64 i32))
                  (func (export "window") (result i32) (i32.const 0))
                  (func (export "window_capacity") (result i32) (i32.const 0))
                  (func (export "state") (result i32) (i32.const 0))
                  (func (export "advance") (param i32) (result i32) (unreachable)))"""
    linked = InstancePre(engine, Module.compiled(engine, bytes(wat2wasm(broken))))
    monkeypatch.setattr(
        layout_calls,
        "embed_instance",
        lambda fuel: BareInstance(engine, linked, fuel=fuel, memory_bytes=64 * 1024),
    )
    assert refusal(png()).message == (
        "asset_inline: the file cannot be laid out; leave out embed for a sidecar."
    )


def test_an_asset_leaves_nothing_for_the_next_one() -> None:
    mark = b"the first tenant's"
    first = AssetLayout(png(), STORE_BYTES)
    first.signed(store(STORE_BYTES)[: -len(mark)] + mark)
    assert mark in first._calls.instance.read(0, first._calls.instance._memory_length)
    del first
    second = AssetLayout(png(), STORE_BYTES)
    assert mark not in second._calls.instance.read(0, second._calls.instance._memory_length)


def test_the_largest_store_of_a_file_of_the_largest_size_fits_into_an_answer() -> None:
    base64_bytes = (MAX_SIGNED_BYTES + 64 * 1024) * 4 / 3
    assert base64_bytes + 16 * 1024 < 6 * 1024 * 1024
