"""What the client sends of the files that an asset was made from."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest

from edge_signer_client import (
    AssetLayoutError,
    Credentials,
    EdgeSigner,
    Ingredient,
    Redaction,
    RefusedError,
    Thumbnail,
)
from edge_signer_client.reference import Reference
from tests.media.sample_assets import SAMPLE_ASSETS, jpeg
from tests.media.sample_stores import carrying, empty_store

SAID = {"c2pa.actions.v2": {"actions": [{"action": "c2pa.opened"}]}}
URL = "https://manifests.example.com/acme/id/16fd2706-8baf-433b-82eb-8c7fada847da.c2pa"
DIGEST = "0" * 64
_LIMIT_BYTES = 64 * 1024


class Answer:
    """An answer with status 200."""

    def __init__(self, document: Any) -> None:
        self.status, self.headers, self._document = 200, {"X-Total-Time-MS": "1.0"}, document

    def json(self) -> Any:
        return self._document


class Server(EdgeSigner):
    """Signs without a network, and keeps what arrives."""

    def __init__(self, *, takes_uploads: bool = True) -> None:
        super().__init__("http://127.0.0.1:1", Credentials("token"))
        self.bodies: list[dict[str, Any]] = []
        self.uploads: list[bytes] = []
        self._takes_uploads = takes_uploads
        self._session.request = self._answer  # type: ignore[method-assign,assignment]
        self._session.send_form = self._upload  # type: ignore[method-assign,assignment]

    def _answer(self, _: str, path: str, body: bytes, *__: Any, **___: Any) -> Any:
        if path == "/verify/uploads":
            if not self._takes_uploads:
                raise RefusedError("off", 503, "VERIFICATION_DISABLED")
            form = {"upload_id": f"upload-{len(self.uploads)}", "url": "https://s3", "fields": {}}
            return Answer(form)
        self.bodies.append(json.loads(body))
        room = self.bodies[-1].get("embed", {}).get("store_bytes", 64)
        manifest = base64.b64encode(empty_store(room)).decode()
        names = ("manifest_url", "signing_mode", "kms_key_id")
        return Answer({**dict.fromkeys(names, "one"), "manifest": manifest})

    def _upload(self, _: str, __: Any, content: bytes) -> None:
        self.uploads.append(content)

    @property
    def ingredients(self) -> list[dict[str, Any]]:
        return list(self.bodies[-1]["ingredients"])


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    file.write_bytes(jpeg())
    return file


def naming(asset: bytes, url: str) -> bytes:
    signed = io.BytesIO()
    Reference(io.BytesIO(asset)).write(signed, url)
    return signed.getvalue()


def test_a_file_without_credentials_has_a_name_and_a_format(photo: Path) -> None:
    ingredient = Ingredient.of_file(photo, "parentOf", id="original")
    assert not ingredient.has_credentials
    assert ingredient.member() == {
        **{"id": "original", "relationship": "parentOf"},
        **{"title": "photo.jpg", "format": "image/jpeg"},
    }


def test_credentials_are_those_that_verify_judges(photo: Path) -> None:
    photo.write_bytes(naming(jpeg(), URL))
    assert Ingredient.of_file(photo, "parentOf").manifest_url == URL
    photo.write_bytes(carrying(photo.read_bytes(), empty_store(500)))
    embedded = Ingredient.of_file(photo, "parentOf")
    assert (embedded.manifest_store, embedded.manifest_url) == (empty_store(500), None)
    photo.with_name("photo.jpg.c2pa").write_bytes(empty_store(300))
    assert Ingredient.of_file(photo, "parentOf").manifest_store == empty_store(300)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WebP"])
def test_an_address_is_read_from_the_xmp_of_each_format(name: str, photo: Path) -> None:
    photo.write_bytes(naming(SAMPLE_ASSETS[name].content, URL))
    assert Ingredient.of_file(photo, "componentOf").manifest_url == URL


def test_a_file_of_another_format_has_credentials_only_beside_it(tmp_path: Path) -> None:
    film = tmp_path / "film.webm"
    film.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(100))
    assert Ingredient.of_file(film, "inputTo").format == "video/webm"
    film.with_name("film.webm.c2pa").write_bytes(empty_store(300))
    assert Ingredient.of_file(film, "inputTo").manifest_store == empty_store(300)


def test_a_damaged_file_or_sidecar_is_not_taken_for_one_without_credentials(photo: Path) -> None:
    photo.write_bytes(jpeg()[:30])
    with pytest.raises(AssetLayoutError, match=r"photo\.jpg"):
        Ingredient.of_file(photo, "parentOf")
    photo.write_bytes(jpeg())
    photo.with_name("photo.jpg.c2pa").write_bytes(b"no store")
    with pytest.raises(AssetLayoutError, match=r"photo\.jpg\.c2pa is not a manifest store"):
        Ingredient.of_file(photo, "parentOf")


def test_a_store_and_an_address_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="not both"):
        Ingredient(relationship="parentOf", manifest_store=empty_store(64), manifest_url=URL)


def test_everything_that_is_said_arrives() -> None:
    server, picture = Server(), Thumbnail("image/png", b"a picture")
    ingredient = Ingredient(
        relationship="inputTo",
        manifest_store=empty_store(64),
        id="prompt",
        instance_id="xmp.iid:1",
        description="what it was given",
        asset_checked=True,
        thumbnail=picture,
    )
    redaction = Redaction("self#jumbf=/c2pa/urn/c2pa.assertions/stds.exif", "c2pa.PII.present")
    options: dict[str, Any] = {"ingredients": [ingredient], "redactions": [redaction]}
    server.sign(DIGEST, "policy", SAID, thumbnail=picture, **options)
    [body] = server.bodies
    member = {"format": "image/png", "content": base64.b64encode(b"a picture").decode()}
    assert body["thumbnail"] == member
    assert body["redactions"] == [{"uri": redaction.uri, "reason": redaction.reason}]
    assert body["ingredients"] == [
        {
            **{"relationship": "inputTo", "id": "prompt", "thumbnail": member},
            **{"manifest": base64.b64encode(empty_store(64)).decode(), "asset_checked": True},
            **{"instance_id": "xmp.iid:1", "description": "what it was given"},
        }
    ]


def test_an_option_that_is_misspelt_is_not_sent() -> None:
    server = Server()
    with pytest.raises(TypeError, match="heading"):
        server.sign(DIGEST, "policy", SAID, heading="One")  # type: ignore[call-arg]
    assert server.bodies == []


def test_the_largest_stores_are_uploaded_until_the_request_is_short_enough() -> None:
    server = Server()
    sizes = {"small": 9_000, "large": 30_000, "larger": 90_000}
    stores = {name: empty_store(size) for name, size in sizes.items()} | {"none": None}
    ingredients = [
        Ingredient(relationship="componentOf", id=name, manifest_store=store)
        for name, store in stores.items()
    ]
    server.sign(DIGEST, "policy", SAID, ingredients=ingredients)
    assert server.uploads == [empty_store(90_000)]
    given = {one["id"]: [*one.keys() & {"manifest", "upload_id"}] for one in server.ingredients}
    assert given == {
        "small": ["manifest"],
        "large": ["manifest"],
        "larger": ["upload_id"],
        "none": [],
    }
    assert len(json.dumps(server.bodies[0])) <= _LIMIT_BYTES


def test_a_deployment_without_uploads_decides_itself_what_is_too_long() -> None:
    server = Server(takes_uploads=False)
    parent = Ingredient(relationship="parentOf", manifest_store=empty_store(90_000))
    server.sign(DIGEST, "policy", SAID, ingredients=[parent])
    assert server.ingredients[0]["manifest"] == base64.b64encode(empty_store(90_000)).decode()


def test_the_room_in_the_file_has_space_for_the_parent() -> None:
    server = Server()
    parent = Ingredient(relationship="parentOf", manifest_store=empty_store(20_000))
    server.embed_bytes(jpeg(), "policy", SAID, ingredients=[parent])
    server.embed_bytes(jpeg(), "policy", SAID)
    with_parent, without = (one["embed"]["store_bytes"] for one in server.bodies)
    assert without == 2560
    assert 20_000 + 2560 <= with_parent < 20_000 + 5000


def test_a_file_that_carries_a_store_is_signed_again_only_on_request() -> None:
    server, signed = Server(), carrying(jpeg(), empty_store(5000))
    with pytest.raises(AssetLayoutError):
        server.embed_bytes(signed, "policy", SAID)
    content, _ = server.embed_bytes(signed, "policy", SAID, replace_store=True)
    assert content == carrying(jpeg(), empty_store(2560))
