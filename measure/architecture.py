"""Draw docs/concepts/architecture.md from the template and the imports, and other drawings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from measure.drawings.failure import failure_drawing
from measure.drawings.key import key_drawing
from measure.drawings.request import request_drawing
from measure.drawings.rooms import rooms_drawing
from measure.drawings.stack import Arrows, stack_drawing, words
from measure.drawings.waiting import waiting_drawing
from measure.house import ROOT, Shape, reached, shape

PAGE = ROOT / "docs/concepts/architecture.md"
IMAGES = ROOT / "docs/images"
#: What a statement's actions are for, in a word.
_VERBS = {
    "kms:Sign": "signs",
    "s3:PutObject": "writes",
    "s3:GetObject": "reads",
    "s3:GetObjectVersion": "reads",
    "dynamodb:GetItem": "reads",
    "dynamodb:PutItem": "writes",
    "dynamodb:UpdateItem": "writes",
    "ssm:GetParameter": "reads",
    "ssm:GetParametersByPath": "reads",
    "ssm:PutParameter": "writes",
    "lambda:InvokeFunction": "invokes",
}
#: Resources that statements name, and not their logical ids, by how their names go on.
_NAMED = {"-signing": "SigningKey", "-receipts": "ReceiptKey", "-manifests-": "ManifestBucket"}
_PARAMETERS = "Parameters"
_LAYER = "edge_signer."
#: What the rooms inside a room stand on, though it lies beside them; and the version.
_GROUND = {
    "edge_signer",
    *("edge_signer.signing.errors", "edge_signer.execution.errors"),
    *("edge_signer.execution.job", "edge_signer.execution.limits"),
}


def system(template: Mapping[str, Any]) -> Arrows:
    """Find who calls whom on AWS: what each part does with another, by the two.

    Args:
        template: The SAM template, with intrinsic functions as `Fn::…`.
    """
    arrows: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, resource in template["Resources"].items():
        for notified in _notified(resource):
            arrows[name, notified].add("invokes")
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        for event in resource["Properties"].get("Events", {}).values():
            path = event["Properties"].get("Path", "everything else")
            arrows["HttpApi", name].add(path)
        for policy in resource["Properties"]["Policies"]:
            shared = template["Resources"].get(policy.get("Ref"), {}).get("Properties", {})
            document = shared.get("PolicyDocument", policy)
            for target, verb in _uses(document["Statement"]):
                arrows[name, target].add(verb)
    return arrows


def rooms(found: Shape) -> Mapping[str, set[str]]:
    """Find which room imports from which, without the arrows that follow from others.

    Args:
        found: The shape of the code.
    """
    below: dict[str, set[str]] = defaultdict(set)
    for module, imported in found.imports.items():
        if module not in _GROUND:
            room = _room(module)
            below[room] |= {_room(one) for one in imported - _GROUND} - {room}
    for ones in list(below.values()):
        for one in ones:
            below[one]  # a room that imports nothing
    return {
        room: ones - set().union(*(reached(below, other) for other in ones))
        for room, ones in below.items()
    }


def page() -> str:
    """Give the page."""
    arrows = system(_template())
    return f"""# Architecture

`make architecture` draws both pictures and the table: what is on AWS from `template.yaml`, the
rooms from the imports. A test fails when they are out of date.

## On AWS

![The stack: routes, functions, and what each function uses](../images/stack.svg)

Each entry is a resource that IAM lets the function use.

{_uses_table(arrows)}
`sign` builds the manifest in WebAssembly, has KMS sign its digest and stores the sidecar. If that
path fails, it invokes `fallback`, which signs with another engine. `execute` runs jobs. `verify`
judges credentials, and `recheck` verifies a share of the stored manifests again; the manifest
bucket invokes it. `derive` makes smaller images for a CDN and has `sign` sign them. The
distribution serves the manifest bucket.
[A request](request.md) and [reliability](reliability.md) follow a request,
[execution](execution.md) a job.

## Rooms

![Rooms of the code, and what each imports](../images/rooms.svg)

A room is a package for which `tests/unit/test_house.py` says what it may import. Each arrow is an
import. The picture leaves out arrows that follow from others, and the modules for errors, limits
and jobs, which the rooms below `signing` and `execution` share.
"""


def drawings() -> Mapping[str, str]:
    """Give the drawings of the manual, by their names in `docs/images/`."""
    return {
        "stack.svg": stack_drawing(system(_template())),
        "rooms.svg": rooms_drawing(rooms(shape(ROOT))),
        "request.svg": request_drawing(),
        "waiting.svg": waiting_drawing(),
        "key.svg": key_drawing(),
        "failure.svg": failure_drawing(),
    }


def _template() -> Any:
    return yaml_parse((ROOT / "template.yaml").read_text())


def _uses_table(arrows: Arrows) -> str:
    rows = ["| function | signs with | writes | only reads | invokes |", "|---|---|---|---|---|"]
    for function in sorted({of for of, _ in arrows if of.endswith("Function")}):
        cells: dict[str, list[str]] = defaultdict(list)
        for (of, to), verbs in sorted(arrows.items()):
            if of == function:
                first = next(one for one in ("signs", "writes", "reads", "invokes") if one in verbs)
                cells[first].append(words(to))
        told = (", ".join(cells[one]) for one in ("signs", "writes", "reads", "invokes"))
        rows.append(f"| {words(function)} | {' | '.join(told)} |")
    return "\n".join(rows) + "\n"


def _notified(resource: Mapping[str, Any]) -> list[str]:
    """Name the functions that a bucket tells of its objects."""
    told = resource.get("Properties", {}).get("NotificationConfiguration", "")
    return re.findall(r"\b([A-Z][A-Za-z]+)\.Alias\b", str(told))


def _uses(statements: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for choice in statements:
        one = choice["Fn::If"][1] if "Fn::If" in choice else choice
        if one["Effect"] != "Allow":
            continue
        actions = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
        for target in _targets(one):
            yield from ((target, _VERBS[action]) for action in actions if action in _VERBS)


def _targets(statement: Mapping[str, Any]) -> set[str]:
    text = f"{statement['Resource']} {statement.get('Condition', '')}"
    found = {key for name, key in _NAMED.items() if f"${{Stage}}{name}" in text}
    found |= set(re.findall(r"\b([A-Z][A-Za-z]+)\.(?:Arn|Alias)\b", text))
    found |= set(re.findall(r"\['([A-Z][A-Za-z]+)', 'Arn'\]", text))
    if ":parameter/" in text:
        found.add(_PARAMETERS)
    return found


def _room(module: str) -> str:
    """Name the room in the picture: each of the layer's, and the other packages as one each."""
    if not module.startswith(_LAYER):
        return module.partition(".")[0]
    parts = module.removeprefix(_LAYER).split(".")
    if parts[0] == "verification" and parts[1:2] in (["claims"], ["hard_bindings"], ["signatures"]):
        return parts[0]  # these import one another
    inside = ROOT / "layers/edge_signer/edge_signer" / "/".join(parts[:2])
    return "/".join(parts[:2] if inside.is_dir() and len(parts) > 1 else parts[:1])


def main() -> None:
    """Write the page and the drawings."""
    PAGE.write_text(page())
    for name, drawing in drawings().items():
        (IMAGES / name).write_text(drawing)


if __name__ == "__main__":
    main()
