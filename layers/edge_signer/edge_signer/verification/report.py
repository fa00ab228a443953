"""The report on an asset's credentials: one typed form for text, JSON, HTML and `POST /verify`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Verdict = Literal["Trusted", "Valid", "Invalid", "Unreadable", "NoCredentials"]
CheckName = Literal[
    "structure",
    "claim_signature",
    "assertion_hashes",
    "hard_binding",
    "certificate",
    "trust",
    "time_stamp",
    "revocation",
    "ingredients",
]


class _Part(BaseModel):
    """The base of all parts: none has a field that is not declared here."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReportedFinding(_Part):
    """One finding, by a validation code of the standard."""

    code: Annotated[str, Field(description="A validation code of the standard, or one of ours.")]
    meaning: Annotated[str, Field(description="The code in plain English; empty if unknown.")] = ""
    explanation: Annotated[str, Field(description="The engine's own words.")] = ""
    url: Annotated[str, Field(description="JUMBF URI of the part that it is about.")] = ""
    engines: Annotated[
        tuple[str, ...], Field(description="The engines that found it, such as `c2pa-rs`.")
    ] = ()


class Check(_Part):
    """One thing that was checked, or why it was not."""

    name: CheckName
    result: Literal["passed", "failed", "not_checked", "absent"]
    explanation: Annotated[str, Field(description="Why, in a sentence.")] = ""
    engines: Annotated[tuple[str, ...], Field(description="The engines that checked it.")] = ()


class Judged(_Part):
    """What was judged."""

    name: Annotated[str, Field(description="The file's name; empty for bytes.")] = ""
    media_type: str = ""
    size_bytes: int | None = None
    sha256: Annotated[
        str | None, Field(description="Digest of the asset, if it was computed or given.")
    ] = None
    credentials: Annotated[
        Literal["embedded", "sidecar", "remote", "given", "none"],
        Field(description="Where the manifest store came from."),
    ]
    source: Annotated[
        str, Field(description="Name of the sidecar, or URL of a remote manifest.")
    ] = ""
    also: Annotated[str, Field(description="Other credentials, which were not judged.")] = ""


class TrustListUsed(_Part):
    """A trust list that the verdict rests on."""

    name: str
    purposes: tuple[Literal["signers", "time_stamps"], ...]
    anchors: Annotated[int, Field(description="How many of its anchors were trusted then.")]
    sha256: str
    issued: datetime | None = None
    next_update: datetime | None = None
    is_overdue: Annotated[
        bool, Field(description="Whether its next update should have been published.")
    ] = False
    is_development: Annotated[
        bool, Field(description="Whether it is the emulator's own, which proves nothing.")
    ] = False


class Signer(_Part):
    """Who signed, according to the certificate."""

    name: Annotated[str, Field(description="Common name.")] = ""
    organisation: str = ""
    issuer: str = ""
    serial_number: Annotated[str, Field(description="In decimal.")] = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    algorithm: Annotated[str, Field(description="COSE name of the signature algorithm.")] = ""
    trusted_by: Annotated[str, Field(description="The trust list that has the signer's root.")] = ""
    revocation: Annotated[
        Literal["good", "revoked", "not_checked"],
        Field(description="From the OCSP response in the manifest; nothing is fetched."),
    ] = "not_checked"


class TimeStamped(_Part):
    """When it was signed, and who says so."""

    state: Literal["Absent", "Trusted", "Untrusted", "Invalid"] = "Absent"
    time: datetime | None = None
    authority: Annotated[str, Field(description="Name in the authority's certificate.")] = ""
    trusted_by: str = ""
    findings: tuple[ReportedFinding, ...] = ()


class ReportedAction(_Part):
    """An action that the manifest states."""

    action: str
    digital_source_type: Annotated[str, Field(description="A URI; empty if there is none.")] = ""
    software_agent: str = ""
    when: str = ""


class ManifestSays(_Part):
    """What a manifest states; whether it is true is the signer's word."""

    label: str = ""
    kind: Annotated[
        Literal["standard", "update", "compressed", ""], Field(description="Kind of manifest.")
    ] = ""
    title: str = ""
    claim_generator: str = ""
    actions: tuple[ReportedAction, ...] = ()
    ai: Annotated[
        tuple[str, ...], Field(description="Statements about generative AI, in sentences.")
    ] = ()
    training: Annotated[
        tuple[str, ...], Field(description="Training and mining preferences, in sentences.")
    ] = ()
    redactions: Annotated[
        tuple[str, ...], Field(description="JUMBF URIs of assertions that were redacted.")
    ] = ()
    assertions: Annotated[tuple[str, ...], Field(description="Labels of all assertions.")] = ()


class ReportedIngredient(_Part):
    """An ingredient, with its own verdict."""

    label: Annotated[str, Field(description="Label of the ingredient assertion.")] = ""
    title: str = ""
    relationship: str = ""
    media_type: str = ""
    verdict: Verdict
    signer: str = ""
    time: datetime | None = None
    manifest: ManifestSays = ManifestSays()
    failures: tuple[ReportedFinding, ...] = ()
    informational: tuple[ReportedFinding, ...] = ()
    ingredients: tuple[ReportedIngredient, ...] = ()


class Missing(_Part):
    """Something that would make the credentials stronger."""

    code: Literal[
        "no_time_stamp",
        "untrusted_time_stamp",
        "no_revocation_data",
        "untrusted_signer",
        "no_trust_list",
        "overdue_trust_list",
        "development_trust_list",
        "hard_binding_not_checked",
        "one_engine_only",
    ]
    meaning: str


class EngineOpinion(_Part):
    """What one engine says."""

    name: Annotated[str, Field(description="`c2pa-rs` or `edge-signer`, our own validator.")]
    version: str
    verdict: Annotated[
        Verdict | None, Field(description="Its own verdict; none if it could not judge.")
    ] = None
    failures: tuple[str, ...] = ()
    not_checked: Annotated[
        tuple[str, ...], Field(description="What it could not check here, in sentences.")
    ] = ()


class Difference(_Part):
    """A point on which the engines differ. Neither opinion is dropped."""

    meaning: Annotated[str, Field(description="What each of them says, in a sentence.")]
    code: str = ""


class VerificationReport(_Part):
    """Everything that was found out about an asset's credentials."""

    trusted: Annotated[
        bool,
        Field(
            description="Whether everything holds: the manifest, its time-stamp and its "
            "ingredients, for every engine that could check them."
        ),
    ]
    verdict: Annotated[
        Verdict,
        Field(description="On the active manifest; the least favourable of the engines' verdicts."),
    ]
    verified_at: datetime
    judged: Judged
    checks: tuple[Check, ...] = ()
    signer: Signer | None = None
    time_stamp: TimeStamped = TimeStamped()
    manifest: ManifestSays = ManifestSays()
    ingredients: tuple[ReportedIngredient, ...] = ()
    failures: tuple[ReportedFinding, ...] = ()
    informational: tuple[ReportedFinding, ...] = ()
    notes: Annotated[
        tuple[str, ...],
        Field(
            description="Violations of the standard that c2pa-rs accepts, and parts that no "
            "engine validates, in sentences."
        ),
    ] = ()
    missing: tuple[Missing, ...] = ()
    engines: tuple[EngineOpinion, ...] = ()
    differences: tuple[Difference, ...] = ()
    trust_lists: tuple[TrustListUsed, ...] = ()

    def to_json(self) -> str:
        """The report on the wire; absent values are left out."""
        return self.model_dump_json(exclude_none=True)
