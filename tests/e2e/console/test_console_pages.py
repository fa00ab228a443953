"""The console in a real browser: Inspect, Jobs and Operator, tokens, and narrow or dark screens."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Route, expect

from edge_signer_client import Credentials, EdgeSigner, Ingredient, Thumbnail
from edge_signer_client.signed_file import embed_file
from tests.conftest import ROOT
from tests.e2e.console.conftest import Console, Opening
from tests.media.sample_assets import SAMPLE_ASSETS, jpeg
from tests.signers.embedding import embedded
from tests.signers.software_signer import ACTIONS, Workshop
from tests.system.running import Running

PAGES = ("Sign", "Inspect", "Jobs", "Operator")
PHONE = {"viewport": {"width": 360, "height": 740}}
MOST_SENT_BYTES = 80_000


@pytest.fixture(scope="module")
def signed(system: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph that was signed, and that has a parent with a picture."""
    client = EdgeSigner(system.state.url, Credentials(system.state.token_of("load")))
    path = tmp_path_factory.mktemp("signed") / "signed.jpg"
    actions = {"actions": [{"action": "c2pa.opened"}], "allActionsIncluded": True}
    # Credentials with two of them are longer than a request.
    picture = Thumbnail("image/jpeg", jpeg() + bytes(16_500))
    parent = Ingredient(relationship="parentOf", title="the original", thumbnail=picture)
    embed_file(
        client,
        ROOT / "examples/rocket.jpg",
        path,
        "newsroom-default-v3",
        {"c2pa.actions.v2": actions},
        ingredients=[parent],
        thumbnail=picture,
    )
    return path


def require_verdict(console: Console, text: str) -> None:
    expect(console.page.locator("inspect-view .verdict")).to_contain_text(text)


def test_a_signed_file_shows_who_signed_it_and_stays_here(console: Console, signed: Path) -> None:
    console.open("Inspect")
    console.drop("inspect", signed)
    require_verdict(console, "Trusted, for development")
    page = console.page
    expect(page.get_by_role("region", name="Who signed, and when")).to_contain_text("Edge Signer")
    made_from = page.get_by_role("region", name="What it was made from")
    expect(made_from).to_contain_text("the original")
    # The parent's picture comes from the file that is in the page.
    picture = made_from.locator("img")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    expect(page.get_by_text("The file was not sent")).to_be_visible()
    assert max(console.sent_lengths()) < MOST_SENT_BYTES


def test_a_changed_file_is_found_out_without_being_sent(console: Console, signed: Path) -> None:
    content = bytearray(signed.read_bytes())
    content[-1000] ^= 1
    console.open("Inspect")
    changed = {"name": "changed.jpg", "mimeType": "image/jpeg", "buffer": bytes(content)}
    console.choose("inspect", changed)
    require_verdict(console, "Invalid")
    checks = console.page.get_by_role("row").filter(has_text="File unchanged")
    expect(checks).to_contain_text("does not hold")
    assert max(console.sent_lengths()) < MOST_SENT_BYTES


def test_earlier_credentials_that_are_too_long_for_a_request_are_uploaded(
    console: Console, signed: Path
) -> None:
    console.choose("sign", signed)
    console.page.get_by_label("Nothing").check()
    console.sign()
    told = console.page.locator(".never-left")
    expect(told).to_contain_text("and its earlier credentials")
    assert any("/verify/uploads" in one.url for one in console.requests)
    # The credentials alone, and not the picture.
    assert max(console.sent_lengths()) < signed.stat().st_size // 2 + MOST_SENT_BYTES
    console.page.get_by_role("button", name="Inspect this file").click()
    require_verdict(console, "Trusted, for development")
    tree = console.page.get_by_role("region", name="What it was made from")
    expect(tree.locator("img")).to_have_count(2)


def test_files_of_strangers_and_without_credentials_get_plain_words(
    console: Console, workshop: Workshop
) -> None:
    console.open("Inspect")
    _, unknown = embedded(workshop, SAMPLE_ASSETS["PNG"].content)
    console.choose("inspect", {"name": "a.png", "mimeType": "image/png", "buffer": unknown})
    require_verdict(console, "Signer unknown")
    console.choose("inspect", ROOT / "examples/rocket.jpg")
    require_verdict(console, "No Content Credentials")


def test_a_sidecar_is_judged_with_its_file(console: Console, system: Running) -> None:
    client = EdgeSigner(system.state.url, Credentials(system.state.token_of("load")))
    asset = b"a format that no credentials fit into"
    digest = hashlib.sha256(asset).hexdigest()
    store = client.sign(digest, "newsroom-default-v3", dict(ACTIONS)).manifest_store
    sidecar = FilePayload(name="a.txt.c2pa", mimeType="application/c2pa", buffer=store)
    console.open("Inspect")
    for content, verdict in ((asset, "Trusted, for development"), (asset + b"!", "Invalid")):
        file = FilePayload(name="a.txt", mimeType="text/plain", buffer=content)
        console.page.set_input_files("inspect-view input[type=file]", [sidecar, file])
        require_verdict(console, verdict)
    console.page.set_input_files("inspect-view input[type=file]", [sidecar])
    expect(console.page.get_by_text("That is a sidecar.")).to_be_visible()


def test_a_file_may_be_pasted_or_dropped_anywhere(console: Console) -> None:
    for event, member in (("paste", "clipboardData"), ("drop", "dataTransfer")):
        console.page.evaluate(
            """([event, member]) => {
              const transfer = new DataTransfer();
              transfer.items.add(new File(["words"], `${event}.txt`));
              const options = { bubbles: true, [member]: transfer };
              const Kind = event === "drop" ? DragEvent : ClipboardEvent;
              document.body.dispatchEvent(new Kind(event, options));
            }""",
            [event, member],
        )
        expect(
            console.page.get_by_text("Credentials cannot be put into this format")
        ).to_be_visible()
        console.choose("sign", ROOT / "examples/rocket.jpg")
        expect(console.page.get_by_text("How was it made?")).to_be_visible()


def test_what_the_page_cannot_read_is_sent_only_when_told_to(
    console: Console, workshop: Workshop
) -> None:
    _, pdf = embedded(workshop, SAMPLE_ASSETS["PDF"].content)
    console.open("Inspect")
    console.choose("inspect", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf})
    require_verdict(console, "Not judged yet")
    assert not any(one.method == "POST" for one in console.requests)
    console.page.get_by_role("button", name="Send the file").click()
    require_verdict(console, "Signer unknown")


def test_a_job_is_verified_in_the_page(console: Console) -> None:
    console.open("Jobs")
    page = console.page
    page.get_by_role("button", name="Use hello.wasm").click()
    expect(page.get_by_label("Arguments")).to_have_value("Hello, World!")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("heading", name="Run and verified")).to_be_focused()
    expect(page.locator("pre")).to_have_text("!dlroW ,olleH")


def test_a_receipt_that_was_changed_on_the_way_is_not_verified(console: Console) -> None:
    page = console.page

    def lie(route: Route) -> None:
        answer = route.fetch()
        told = answer.json() | {"stdout": "something else"}
        route.fulfill(response=answer, body=json.dumps(told))

    page.route("**/jobs", lie)
    console.open("Jobs")
    page.get_by_role("button", name="Use hello.wasm").click()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("heading", name="Run, but not verified")).to_be_visible()
    expect(page.get_by_text("stdout_mismatch")).to_be_visible()


def test_an_operator_changes_a_flag_after_a_question(console: Console, system: Running) -> None:
    console.open("Operator")
    page = console.page
    expect(page.get_by_role("region", name="Health")).to_contain_text("Signing keys in KMS")
    flag = page.get_by_role("switch", name="Derivatives")
    expect(flag).to_have_attribute("aria-checked", "false")
    flag.click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert not any("/admin/flags" in one.url for one in console.requests)
    flag.click()
    page.get_by_role("dialog").get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Done and recorded for laptop: derivatives_enabled")).to_be_visible()
    stored = system.client("ssm").get_parameter(Name="/edge-signer/dev/flags/derivatives_enabled")
    assert stored["Parameter"]["Value"] == "true"
    system.client("ssm").delete_parameter(Name="/edge-signer/dev/flags/derivatives_enabled")


def test_tokens_leave_the_address_and_are_asked_for(opened: Opening, system: Running) -> None:
    console = opened()
    assert console.page.url == f"{system.state.url}/#sign"
    token = system.state.token_of("load")
    assert not any(token in one.url for one in console.requests)
    stranger = opened({})
    expect(stranger.page.get_by_role("button", name="Give a token")).to_be_visible()
    stranger.open("Operator")
    stranger.page.get_by_label("s token").fill("guessed")
    stranger.page.get_by_role("button", name="Go on").click()
    expect(stranger.page.get_by_text("The token was not accepted")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_every_page_without_scrolling_sideways(
    opened: Opening, signed: Path, scheme: str
) -> None:
    console = opened(color_scheme=scheme, **PHONE)
    console.choose("sign", signed)
    console.choose("inspect", signed)
    require_verdict(console, "Trusted")
    for name in PAGES:
        console.open(name)
        expect(console.page.get_by_role("link", name=name, exact=True)).to_have_attribute(
            "aria-current", "page"
        )
        if name == "Operator":
            expect(console.page.get_by_role("region", name="Flags")).to_be_visible()
        width = console.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, name
