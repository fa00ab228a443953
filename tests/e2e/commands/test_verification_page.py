"""The page of `edge-signer verify --html` in a real browser, with an attacker's names in it."""

from __future__ import annotations

from pathlib import Path

from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop
from tests.system.browser import outcome_of
from tests.system.command import edge_signer

ATTACK = "<script>parent.ran.push('script')</script><img src=x onerror=parent.ran.push('image')>"
# What the page tells of a report in a frame as wide as a phone.
LOOKING = """<!doctype html><script>
window.ran = [];
const seen = {};
function look(frame) {
  const shown = frame.contentDocument, root = shown.documentElement;
  const verdict = shown.querySelector(".verdict");
  seen[frame.name] = {
    title: shown.title,
    text: shown.body.innerText,
    scripts: shown.scripts.length,
    images: shown.images.length,
    loaded: frame.contentWindow.performance.getEntriesByType("resource").length,
    isStyled: getComputedStyle(verdict).borderLeftWidth !== "0px",
    overflow: root.scrollWidth - root.clientWidth,
  };
  if (Object.keys(seen).length === 2)
    fetch("/outcome", {method: "POST", body: JSON.stringify({ran, ...seen})});
}
</script>
<iframe name="report" src="/report.html" width="360" onload="look(this)"></iframe>
<iframe name="unescaped" src="/unescaped.html" width="360" onload="look(this)"></iframe>
"""


def test_a_strangers_text_neither_runs_nor_loads_anything_in_a_browser(
    photo: Path, workshop: Workshop, tmp_path: Path
) -> None:
    anchors, page = tmp_path / "anchors.pem", tmp_path / "report.html"
    anchors.write_text(workshop.ca.anchors_pem())
    parent = Parent(photo.read_bytes(), ATTACK)
    made = signed_by_c2pa_rs(workshop, photo.read_bytes(), parents=[parent])
    named = photo.with_name("<img src=x onerror=parent.ran.push('name')>.jpg")
    named.write_bytes(made.asset)
    done = edge_signer(tmp_path, "verify", named, "--anchors", anchors, "--html", page)
    assert (done.returncode, done.stderr) == (0, "")

    html = page.read_text()
    files = {
        "/page.html": LOOKING.encode(),
        "/report.html": html.encode(),
        # As if the escaping had failed: the page's own policy still stops it.
        "/unescaped.html": html.replace("</main>", f"{ATTACK}</main>").encode(),
        "/x": b"",
    }
    (tmp_path / "browser").mkdir()
    seen = outcome_of("reports.example.com", files, tmp_path / "browser")
    assert seen["ran"] == []
    report = seen["report"]
    assert (report["scripts"], report["images"], report["loaded"]) == (0, 0, 0)
    assert report["title"] == f"Content Credentials of {named}"
    assert ATTACK in report["text"]
    assert "Trusted" in report["text"]
    # The policy allows the page's own style, and the page fits a phone.
    assert (report["isStyled"], report["overflow"]) == (True, 0)
    assert (seen["unescaped"]["scripts"], seen["unescaped"]["images"]) == (1, 1)
