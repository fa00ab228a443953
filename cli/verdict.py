"""What an engine found in an asset's Content Credentials, as one typed report."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Finding:
    """One entry of a validation result (C2PA 2.4, "Returning validation results").

    Attributes:
        code: The standard's status code.
        explanation: The engine's own words.
    """

    code: str
    explanation: str


@dataclass(frozen=True)
class Action:
    """An action that the manifest states, and how the content came to be where it says so."""

    name: str
    digital_source_type: str = ""


@dataclass(frozen=True)
class TimeStamp:
    """When an asset was signed, and what that is worth.

    Attributes:
        state: `trusted`, `untrusted` (it holds, the authority is unknown), `invalid`, or `none`.
        time: As the engine writes it; empty where no time-stamp holds.
        problem: Why it is not trusted; empty where it is, or where there is none.
    """

    state: str = "none"
    time: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Ingredient:
    """An asset from which this one was made.

    Attributes:
        title: What the manifest calls it; may be empty.
        relationship: `parentOf`, `componentOf` or `inputTo`.
        manifest: Label of its own manifest; empty where it has none.
        failures: What is wrong with it.
        informational: What else the engine says of it.
        ingredients: Its own.
    """

    title: str
    relationship: str
    manifest: str
    failures: tuple[Finding, ...]
    informational: tuple[Finding, ...]
    ingredients: tuple[Ingredient, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong with it, nor with anything that it was made from."""
        return not self.failures and all(one.holds for one in self.ingredients)


@dataclass(frozen=True)
class Verdict:
    """A verdict and what it rests on.

    Attributes:
        state: `Trusted`, `Valid` (sound, signer unknown), `Invalid`, `Unreadable`, or `None` where
            there are no Content Credentials.
        failures: What is wrong with the active manifest.
        engine: Name and version of who says so.
        read_from: `sidecar` or `file`.
        informational: What the engine says besides.
        notes: What the standard forbids and the engine lets pass, by our own reader.
        signer: Common name and organisation of the certificate.
        algorithm: COSE name of the signature algorithm, or as the engine spells it.
        generator: The claim generator.
        is_update: Whether the active manifest only updates an earlier one.
        actions: What the manifest says was done.
        time_stamp: When it was signed.
        ingredients: What it was made from.
    """

    state: str
    failures: tuple[Finding, ...]
    engine: str
    read_from: str
    informational: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    signer: str = ""
    algorithm: str = ""
    generator: str = ""
    is_update: bool = False
    actions: tuple[Action, ...] = ()
    time_stamp: TimeStamp = TimeStamp()
    ingredients: tuple[Ingredient, ...] = ()

    def with_notes(self, notes: tuple[str, ...]) -> Verdict:
        """Give the same verdict with more notes."""
        return replace(self, notes=(*self.notes, *notes))

    @property
    def trusted(self) -> bool:
        """Whether all of it holds, ingredients included, and the signer is known."""
        holds = not self.failures and all(one.holds for one in self.ingredients)
        return self.state == "Trusted" and holds
