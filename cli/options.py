"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from cli.source_types import USUAL

DEFAULT_POLICY = "newsroom-default-v3"

Url = Annotated[
    str | None,
    typer.Option(help="URL of the API.", show_default="this machine's emulator"),
]
Token = Annotated[
    str | None,
    typer.Option(
        envvar="EDGE_SIGNER_TOKEN", help="The tenant's API token.", show_default="the emulator's"
    ),
]
HmacKey = Annotated[
    str | None,
    typer.Option(
        envvar="EDGE_SIGNER_HMAC_KEY", help="The token's HMAC key, if requests must be signed."
    ),
]
Tenant = Annotated[
    str | None,
    typer.Option(
        help="The tenant.", show_default="the token's tenant; acme on the emulator without --token"
    ),
]
PinnedKey = Annotated[
    str,
    typer.Option(help="The signer's Ed25519 key from a trusted source, as 64 hexadecimal digits."),
]
State = Annotated[
    Path | None,
    typer.Option(
        help="The emulator's state directory.",
        envvar="EDGE_SIGNER_STATE",
        show_default=".edge-signer",
    ),
]
Stage = Annotated[
    str | None,
    typer.Option(help="A stage on AWS.", show_default="this machine's emulator"),
]
Region = Annotated[
    str | None, typer.Option(help="The stage's region.", show_default="the AWS profile's")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Policy = Annotated[str, typer.Option(help="The policy to sign under.")]
SourceType = Annotated[
    str | None,
    typer.Option(
        help="How the asset was made: a digital source type, as a term or a URI. Of an asset with "
        "a parent, how the actions were done.\n\n"
        + "\n\n".join(f"{term}: {meaning}" for term, meaning in USUAL.items()),
        show_default="none; required without a parent",
    ),
]
Parent = Annotated[
    Path | None,
    typer.Option(
        help="The file that the asset is a version of (c2pa.opened), with its credentials.",
        show_default="the asset itself, if it carries credentials",
    ),
]
NoParent = Annotated[
    bool,
    typer.Option(
        "--no-parent", help="Do not refer to the asset's own credentials; -o then replaces them."
    ),
]
Component = Annotated[
    list[Path] | None,
    typer.Option(help="A file that is a part of the asset (c2pa.placed); may be repeated."),
]
Input = Annotated[
    list[Path] | None,
    typer.Option(help="A file that the asset was computed from (inputTo); may be repeated."),
]
Action = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME[:SOURCE_TYPE]",
        help="What was done, such as resized:humanEdits or published; may be repeated.",
    ),
]
AssetsChecked = Annotated[
    bool,
    typer.Option(
        "--assets-checked",
        help="Have the manifest say that ingredients match their credentials, where c2pa-rs finds "
        "it; the policy must trust the tenant with that.",
    ),
]
Definition = Annotated[
    Path | None,
    typer.Option("--manifest", help="A manifest definition of c2patool: JSON."),
]
Tsa = Annotated[
    bool | None,
    typer.Option(
        "--tsa/--no-tsa", help="Time-stamp the signature.", show_default="as the policy says"
    ),
]
Title = Annotated[
    str | None, typer.Option(help="Name of the asset; everyone who verifies it can read it.")
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Write the signed file here, the manifest inside."),
]
OutputDir = Annotated[Path | None, typer.Option(help="Write signed files into this folder.")]
Remote = Annotated[
    bool,
    typer.Option(
        "--remote",
        help="Write only the manifest's address into signed files, in their XMP: JPEG, PNG, WebP.",
    ),
]
InPlace = Annotated[bool, typer.Option("--in-place", help="Replace each file by the signed one.")]
Sidecar = Annotated[
    bool,
    typer.Option(
        "--sidecar",
        help="Write FILE.c2pa beside it; the default without -o, and not possible with --in-place.",
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Replace signed files and sidecars that exist.")
]
Verify = Annotated[
    bool,
    typer.Option(
        "--verify/--no-verify", help="Have c2pa-rs check signed files, where it is installed."
    ),
]
AtOnce = Annotated[
    int, typer.Option("--at-once", min=1, max=32, help="Files to sign at the same time.")
]
Report = Annotated[
    Path | None, typer.Option(help="Write a line of JSON for each file; for several files.")
]

DerivativeOutput = Annotated[
    Path, typer.Option("--output", "-o", help="The derivative, with the manifest inside.")
]
Width = Annotated[
    int | None,
    typer.Option(min=1, help="The most pixels across.", show_default="the original's"),
]
Height = Annotated[
    int | None,
    typer.Option(min=1, help="The most pixels from top to bottom.", show_default="the original's"),
]
Format = Annotated[
    str | None,
    typer.Option(help="jpeg, png, webp, avif or gif.", show_default="as the output's name says"),
]
Quality = Annotated[
    int | None,
    typer.Option(min=1, max=100, help="Of JPEG, WebP and AVIF.", show_default="80"),
]

Anchors = Annotated[
    Path | None,
    typer.Option(
        help="List of trusted signers: PEM, or C2PA's or IPTC's JSON.",
        show_default="those of `edge-signer trust`, and the emulator's",
    ),
]
TsaAnchors = Annotated[
    Path | None, typer.Option(help="One more list, in any of these forms, for time-stamps only.")
]
Manifest = Annotated[
    Path | None,
    typer.Option(help="The sidecar, of a single file.", show_default="FILE.c2pa if there is one"),
]
Embedded = Annotated[
    bool, typer.Option("--embedded", help="Judge the manifest in the file, not the sidecar.")
]
Fetch = Annotated[
    bool, typer.Option("--fetch", help="Fetch manifests that files name by a URL, over https.")
]
FetchFrom = Annotated[
    list[str] | None,
    typer.Option(
        metavar="HOST",
        help="Fetch from this host only, or HOST:PORT; may be given more than once.",
        show_default="every public host",
    ),
]
Html = Annotated[Path | None, typer.Option(help="Write the reports into this page of HTML, too.")]
CrJson = Annotated[bool, typer.Option("--crjson", help="Print c2pa-rs's crJSON, of a single file.")]
VerifyAtOnce = Annotated[
    int, typer.Option("--at-once", min=1, max=32, help="Files to verify at the same time.")
]

ReceiptKey = Annotated[
    str | None,
    typer.Option(
        envvar="EDGE_SIGNER_RECEIPT_KEY",
        help="The service's receipt key, from a trusted source; required with --url.",
        show_default="the emulator's",
    ),
]
JobId = Annotated[
    str | None, typer.Option(help="The job's name; the same name gives the same result.")
]
StandardInput = Annotated[
    Path | None,
    typer.Option(
        help="File for the module's standard input; - passes on this command's.",
        show_default="what is piped in",
    ),
]
Variables = Annotated[
    list[str] | None,
    typer.Option("--env", metavar="NAME=VALUE", help="An environment variable; can be repeated."),
]
JobTimeout = Annotated[int, typer.Option(min=1, help="Time limit in seconds.")]
JobMemory = Annotated[int, typer.Option(min=1, help="Memory limit in MiB.")]
JobWait = Annotated[float, typer.Option(min=0, help="How long to keep polling, in seconds.")]
JobFolder = Annotated[
    Path | None, typer.Option(help="Folder for request.json, answer.json and receipt.json.")
]
