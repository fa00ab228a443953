"""GET /derive/{key}: a derivative is made and signed once, and then kept for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from edge_signer_client import Credentials, EdgeSigner
from emulator.system import Settings
from tests.e2e.conftest import calls
from tests.judges.engines import c2pa_rs, require_all_trust
from tests.media.sample_assets import EXAMPLES
from tests.system.running import Answer, Running, running

ORIGINALS = "publisher-originals"
TOKEN_PARAMETER = "/edge-signer/dev/derivatives-token"
POLICY = "newsroom-default-v3"
CREATED = {
    "action": "c2pa.created",
    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
}
SAID = {"c2pa.actions.v2": {"actions": [CREATED]}}
PHOTOGRAPH = (EXAMPLES / "rocket-small.jpg").read_bytes()


@pytest.fixture(scope="module")
def cdn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    settings = Settings(
        port=0,
        state_directory=tmp_path_factory.mktemp("cdn"),
        parameters={
            "DerivativesEnabled": "true",
            "OriginalsBucket": ORIGINALS,
            "DerivativeVariants": "40.webp,60.avif,90.webp,80.jpeg,80.png",
        },
    )
    with running(settings) as system:
        s3 = system.client("s3")
        s3.create_bucket(Bucket=ORIGINALS)
        enabled = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket=ORIGINALS, VersioningConfiguration=enabled)
        sign_in(system, system.state.token_of("acme"))
        yield system


@pytest.fixture(scope="module")
def signer(cdn: Running) -> EdgeSigner:
    return EdgeSigner(cdn.state.url, Credentials(cdn.state.token_of("acme"), "acme"))


def sign_in(system: Running, token: str) -> None:
    system.client("ssm").put_parameter(
        Name=TOKEN_PARAMETER, Type="SecureString", Value=token, Overwrite=True
    )


def put(system: Running, key: str, content: bytes) -> str:
    answer = system.client("s3").put_object(Bucket=ORIGINALS, Key=key, Body=content)
    return str(answer["VersionId"])


def signed_photo(signer: EdgeSigner) -> bytes:
    return signer.embed_bytes(PHOTOGRAPH, POLICY, SAID)[0]


def derive(system: Running, target: str, **headers: str) -> Answer:
    return system.call("GET", f"/derive/{target}", headers=headers)


def code(answer: Answer) -> tuple[int, str]:
    assert answer.headers["cache-control"] == "no-store"
    return answer.status, answer.json()["code"]


def actions(system: Running, content: bytes, media_type: str) -> list[list[str]]:
    """The actions of a derivative and of its parents, if all engines trust it."""
    anchors_pem = Path(system.state.anchors).read_text()
    require_all_trust(content, media_type, None, anchors_pem)
    report: Any = c2pa_rs(content, media_type, None, anchors_pem).report
    found = []
    label = report["active_manifest"]
    while label is not None:
        manifest = report["manifests"][label]
        said = manifest["assertions"]
        (history,) = (one["data"] for one in said if one["label"] == "c2pa.actions.v2")
        found.append([one["action"] for one in history["actions"]])
        (parent,) = manifest.get("ingredients") or [{}]
        label = parent.get("active_manifest")
    return found


def test_a_derivative_is_an_edit_of_its_original(cdn: Running, signer: EdgeSigner) -> None:
    put(cdn, "news/2026/a.jpg", signed_photo(signer))
    for width, name in ((40, "webp"), (60, "avif"), (80, "png")):
        answer = derive(cdn, f"news/2026/a.jpg?w={width}&f={name}")
        assert (answer.status, answer.headers["content-type"]) == (200, f"image/{name}")
        said = actions(cdn, answer.body, f"image/{name}")
        assert said[0][:2] == ["c2pa.opened", "c2pa.resized.proportional"]
        assert (said[0][-1], said[1:]) == ("c2pa.converted", [["c2pa.created"]])


def test_it_is_signed_once_however_many_ask_at_once(cdn: Running, signer: EdgeSigner) -> None:
    put(cdn, "many.jpg", signed_photo(signer))
    before = calls(cdn, "kms.Sign")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: derive(cdn, "many.jpg?w=80&f=jpeg"), range(6)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert calls(cdn, "kms.Sign") == before + 1
    assert derive(cdn, "many.jpg?w=80&f=jpeg").body == answers[0].body
    assert calls(cdn, "kms.Sign") == before + 1


def test_caches_may_keep_what_never_changes(cdn: Running, signer: EdgeSigner) -> None:
    first = put(cdn, "changes.jpg", signed_photo(signer))
    now = derive(cdn, "changes.jpg?w=40&f=webp")
    assert now.headers["cache-control"] == "public, max-age=60"
    pinned = derive(cdn, f"changes.jpg?w=40&f=webp&v={first}")
    assert pinned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (pinned.body, pinned.headers["etag"]) == (now.body, now.headers["etag"])
    known = derive(cdn, "changes.jpg?w=40&f=webp", **{"If-None-Match": now.headers["etag"]})
    assert (known.status, known.body) == (304, b"")
    head = cdn.call("HEAD", "/derive/changes.jpg?w=40&f=webp")
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", now.headers["etag"])

    put(cdn, "changes.jpg", signed_photo(signer))
    later = derive(cdn, "changes.jpg?w=40&f=webp")
    assert later.headers["etag"] != now.headers["etag"]
    assert derive(cdn, f"changes.jpg?w=40&f=webp&v={first}").body == now.body


def test_credentials_may_be_beside_the_original_or_online(cdn: Running, signer: EdgeSigner) -> None:
    remote, _ = signer.embed_bytes(PHOTOGRAPH, POLICY, SAID, remote=True)
    put(cdn, "remote.jpg", remote)
    assert len(actions(cdn, derive(cdn, "remote.jpg?w=40&f=webp").body, "image/webp")) == 2
    put(cdn, "beside.jpg", PHOTOGRAPH)
    before = derive(cdn, "beside.jpg?w=40&f=webp").body
    assert len(actions(cdn, before, "image/webp")) == 1
    put(cdn, "beside.jpg.c2pa", signer.embed_bytes(PHOTOGRAPH, POLICY, SAID)[1].manifest_store)
    after = derive(cdn, "beside.jpg?w=40&f=webp").body
    assert len(actions(cdn, after, "image/webp")) == 2


def test_what_is_not_there_or_not_made_is_refused(cdn: Running, signer: EdgeSigner) -> None:
    put(cdn, "there.jpg", signed_photo(signer))
    put(cdn, "there.jpg.c2pa", b"not for everybody")
    put(cdn, "text.jpg", b"plain text")
    put(cdn, "cut.jpg", PHOTOGRAPH[:2000])
    for target, expected in {
        "absent.jpg?w=40&f=webp": (404, "UNKNOWN_ORIGINAL"),
        "there.jpg?w=40&f=webp&v=of-nothing": (404, "UNKNOWN_ORIGINAL"),
        "there.jpg.c2pa?w=40&f=webp": (404, "UNKNOWN_ORIGINAL"),
        "../there.jpg?w=40&f=webp": (404, "UNKNOWN_ORIGINAL"),
        "there.jpg%0A?w=40&f=webp": (404, "NOT_FOUND"),
        "there.jpg?w=41&f=webp": (404, "UNKNOWN_VARIANT"),
        "there.jpg?w=40": (400, "INVALID_REQUEST"),
        "there.jpg?w=40&f=webp&q=9": (400, "INVALID_REQUEST"),
        "text.jpg?w=40&f=webp": (422, "UNSUITABLE_ORIGINAL"),
        "cut.jpg?w=40&f=webp": (422, "UNSUITABLE_ORIGINAL"),
    }.items():
        assert code(derive(cdn, target)) == expected, target
    assert cdn.call("POST", "/derive/there.jpg?w=40&f=webp").status == 405


def test_what_the_signer_refuses_is_told_with_its_code(cdn: Running) -> None:
    put(cdn, "broken.jpg", PHOTOGRAPH)
    put(cdn, "broken.jpg.c2pa", b"\0\0\1\0jumb" + bytes(248))
    refused = derive(cdn, "broken.jpg?w=40&f=webp")
    assert code(refused) == (422, "DERIVATIVE_REFUSED")
    assert "INVALID_INGREDIENT" in refused.json()["message"]
    # Nothing is kept, and nobody has the turn.
    put(cdn, "broken.jpg", PHOTOGRAPH)
    assert code(derive(cdn, "broken.jpg?w=40&f=webp")) == (422, "DERIVATIVE_REFUSED")


def test_derivatives_are_off_until_an_operator_switches_them_on(system: Running) -> None:
    assert code(derive(system, "a.jpg?w=800&f=webp")) == (503, "DERIVATIVES_DISABLED")
