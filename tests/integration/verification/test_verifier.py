"""The verifier on every kind of input, and what it does when the input itself fails."""

from __future__ import annotations

import errno
import hashlib
import io
import multiprocessing
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from central_signer.verification.engine import read
from central_signer.verification.trusted_roots import TrustedRootsCache
from central_signer.verification.verifier import Verifier
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.verification.asset import AssetToVerify
from edge_signer.verification.report import VerificationReport
from edge_signer.verification.trust import TrustLists
from tests.authorities.time_stamp_forge import StampForge
from tests.authorities.time_stamp_server import Behaviour, time_stamp_server
from tests.authorities.time_stamp_server import roots_of as roots_of_authorities
from tests.judges.verifying import trust_list, trusting, verified
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.embedding import embedded
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

BOTH = ("c2pa-rs", "edge-signer")
# More than is read by one engine after the other.
LARGE_BYTES = 9 * 1024 * 1024


@pytest.fixture
def roots(workshop: Workshop) -> TrustLists:
    return trusting(workshop.ca.anchors_pem())


def engines_of(report: VerificationReport, check: str) -> tuple[str, ...]:
    (found,) = (one for one in report.checks if one.name == check)
    return found.engines


def large_movie(workshop: Workshop) -> bytes:
    movie = SAMPLE_ASSETS["MP4"].content
    data = b"mdat" + os.urandom(LARGE_BYTES)
    return embedded(workshop, movie + (4 + len(data)).to_bytes(4) + data)[1]


@pytest.mark.parametrize("name", sorted({*SAMPLE_ASSETS} - {"plain text"}))
def test_both_engines_check_everything_in_every_format(
    name: str, workshop: Workshop, roots: TrustLists
) -> None:
    asset = SAMPLE_ASSETS[name]
    signed = signed_by_c2pa_rs(workshop, asset.content, media_type=asset.media_type).asset
    report = verified(signed, roots, media_type=asset.media_type)
    assert (report.trusted, report.differences) == (True, ())
    for check in ("structure", "claim_signature", "assertion_hashes", "hard_binding", "trust"):
        assert engines_of(report, check) == BOTH, check
    assert report.signer is not None
    assert (report.signer.trusted_by, report.signer.algorithm) == ("roots", "ES256")
    assert report.judged.credentials == "embedded"


def test_a_digest_and_a_store_are_enough(
    photograph: bytes, workshop: Workshop, roots: TrustLists
) -> None:
    def judged(content: bytes) -> VerificationReport:
        digest = hashlib.sha256(content).digest()
        store = workshop.sign(photograph)
        asked = AssetToVerify(sha256=digest, manifest_store=store, credentials="given")
        return Verifier(lambda: roots).verify(asked)

    good = judged(photograph)
    assert (good.trusted, good.differences) == (True, ())
    assert engines_of(good, "hard_binding") == ("edge-signer",)
    assert good.judged.sha256 == hashlib.sha256(photograph).hexdigest()
    bad = judged(photograph + b"!")
    # c2pa-rs had no file, so it does not disagree.
    assert (bad.verdict, bad.differences) == ("Invalid", ())
    assert [one.code for one in bad.failures] == ["assertion.dataHash.mismatch"]


@pytest.mark.parametrize("damage", [False, True])
@pytest.mark.parametrize("source", ["memory", "file"])
def test_a_large_file_is_read_by_both_engines_at_once(
    source: str, damage: bool, workshop: Workshop, roots: TrustLists, tmp_path: Path
) -> None:
    movie = bytearray(large_movie(workshop))
    movie[-1] ^= damage
    file = tmp_path / "movie.mp4"
    file.write_bytes(movie)
    stream: Any = io.BytesIO(movie) if source == "memory" else file.open("rb")
    with stream:
        report = Verifier(lambda: roots).verify(AssetToVerify("movie.mp4", stream=stream))
    assert (report.trusted, report.differences) == (not damage, ())
    assert engines_of(report, "hard_binding") == BOTH
    if damage:
        (failure,) = report.failures
        assert (failure.code, failure.engines) == ("assertion.bmffHash.mismatch", BOTH)


@pytest.mark.parametrize("damage", [False, True])
def test_of_an_asset_above_the_bound_c2pa_rs_gets_the_store_alone(
    damage: bool, photograph: bytes, workshop: Workshop, roots: TrustLists
) -> None:
    asset = bytearray(signed_by_c2pa_rs(workshop, photograph).asset)
    asset[-60] ^= damage
    bounded = Verifier(lambda: roots, largest_for_engine_bytes=len(asset) - 1)
    report = bounded.verify(AssetToVerify(media_type="image/jpeg", stream=io.BytesIO(asset)))
    assert (report.trusted, report.differences) == (not damage, ())
    assert engines_of(report, "hard_binding") == ("edge-signer",)
    assert engines_of(report, "claim_signature") == BOTH
    nothing = bounded.verify(AssetToVerify(stream=io.BytesIO(photograph + bytes(len(asset)))))
    assert nothing.verdict == "NoCredentials"


@pytest.mark.parametrize("store", [b"", b"\0", b"no boxes at all", bytes(5_000)])
def test_a_sidecar_that_is_no_store_is_unreadable_and_not_absent(
    store: bytes, photograph: bytes, roots: TrustLists
) -> None:
    report = verified(photograph, roots, store)
    assert (report.verdict, report.trusted) == ("Unreadable", False)
    assert {one.code for one in report.failures} == {"unreadable"}


@pytest.mark.parametrize("large", [False, True])
def test_a_stream_that_fails_is_no_fault_of_the_credentials(
    large: bool, workshop: Workshop, photograph: bytes, roots: TrustLists
) -> None:
    class Failing(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            if len(buffer) > 5_000:
                raise OSError(errno.EIO, "the disk is broken")
            return super().readinto(buffer)

    content = photograph + bytes(LARGE_BYTES if large else 0)
    asked = AssetToVerify(
        stream=Failing(content), manifest_store=workshop.sign(content), credentials="sidecar"
    )
    context = TrustedRootsCache().at(roots, datetime.now(UTC)).context
    for judge in (Verifier(lambda: roots).verify, lambda asked: read(asked, context)):
        with pytest.raises(OSError, match="the disk is broken"):
            judge(asked)


def test_a_server_may_verify_before_and_after_it_forks(
    photograph: bytes, workshop: Workshop, roots: TrustLists
) -> None:
    """c2pa-rs refuses settings of another process, which must not look like a damaged file."""
    verifier, store = Verifier(lambda: roots), workshop.sign(photograph)

    def verdict() -> str:
        asked = AssetToVerify(
            media_type="image/jpeg",
            stream=io.BytesIO(photograph),
            manifest_store=store,
            credentials="sidecar",
        )
        return verifier.verify(asked).verdict

    assert verdict() == "Trusted"
    fork = multiprocessing.get_context("fork")
    verdicts = fork.SimpleQueue()
    child = fork.Process(target=lambda: verdicts.put(verdict()))
    child.start()
    child.join()
    assert (child.exitcode, verdicts.get()) == (0, "Trusted")


def test_a_list_is_trusted_for_its_purpose_alone(photograph: bytes, workshop: Workshop) -> None:
    forge = StampForge()
    with time_stamp_server(Behaviour(forge.reply)) as url:
        authority = HttpTimeStampAuthority(url, roots_of_authorities(forge.root_pem))
        store = Workshop(ca=workshop.ca, authority=authority).sign(photograph, tsa=True)
    signers, stamps = workshop.ca.anchors_pem(), forge.root_pem

    def judged(*lists: Any) -> VerificationReport:
        return verified(photograph, TrustLists(lists), store)

    right = judged(
        trust_list("signers", signers, "signers"), trust_list("stamps", stamps, "time_stamps")
    )
    assert (right.trusted, right.time_stamp.state, right.differences) == (True, "Trusted", ())
    assert right.signer is not None
    assert (right.signer.trusted_by, right.time_stamp.trusted_by) == ("signers", "stamps")

    swapped = judged(
        trust_list("signers", signers, "time_stamps"), trust_list("stamps", stamps, "signers")
    )
    assert (swapped.verdict, swapped.time_stamp.state) == ("Valid", "Untrusted")
    assert swapped.differences == ()


def test_a_dated_anchor_must_be_trusted_when_it_was_signed(
    photograph: bytes, workshop: Workshop
) -> None:
    forge = StampForge()
    with time_stamp_server(Behaviour(forge.reply)) as url:
        authority = HttpTimeStampAuthority(url, roots_of_authorities(forge.root_pem))
        store = Workshop(ca=workshop.ca, authority=authority).sign(photograph, tsa=True)
    plain = workshop.sign(photograph)
    signed = datetime.now(UTC)
    later = signed + timedelta(hours=2)
    known = trust_list("signers", workshop.ca.anchors_pem(), "signers")
    (anchor,) = known.anchors
    withdrawn = replace(anchor, trusted_until=signed + timedelta(hours=1))
    lists = TrustLists(
        (
            replace(known, anchors=(withdrawn,)),
            trust_list("stamps", forge.root_pem, "time_stamps"),
        )
    )
    stamped = verified(photograph, lists, store, now=later)
    assert (stamped.trusted, stamped.differences) == (True, ())
    # Nothing proves that this one was signed before the trust ended.
    unstamped = verified(photograph, lists, plain, now=later)
    assert (unstamped.verdict, unstamped.differences) == ("Valid", ())


def test_our_validator_judges_at_the_given_time(
    photograph: bytes, workshop: Workshop, roots: TrustLists
) -> None:
    # c2pa-rs has no setting for it, and judges by the clock.
    later = datetime.now(UTC) + timedelta(days=100)
    report = verified(photograph, roots, workshop.sign(photograph), now=later)
    assert (report.verdict, report.verified_at) == ("Invalid", later)
    assert [(one.name, one.verdict) for one in report.engines] == [
        ("c2pa-rs", "Trusted"),
        ("edge-signer", "Invalid"),
    ]
    (difference,) = report.differences
    assert difference.meaning.startswith("The signer's certificate: c2pa-rs says that it holds")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"sha256": bytes(32)},
        {"manifest_store": b"x", "credentials": "given"},
        {"stream": io.BytesIO(), "manifest_store": b"x"},
        {"stream": io.BytesIO(), "credentials": "sidecar"},
        {"sha256": bytes(31), "manifest_store": b"x", "credentials": "given"},
    ],
)
def test_what_cannot_be_verified_cannot_be_asked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"digest|manifest store"):
        AssetToVerify(**wrong)
