"""Draw docs/concepts/architecture.md from the template and the imports."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from measure.house import ROOT, Shape, reached, shape

PAGE = ROOT / "docs/concepts/architecture.md"
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
_SHAPES = {"Key": '{{"{}"}}', "Bucket": '[("{}")]', "Table": '[("{}")]', "Function": '["{}"]'}
_LAYER = "edge_signer."
#: What the rooms inside a room stand on, though it lies beside them; and the version.
_GROUND = {
    "edge_signer",
    *("edge_signer.signing.errors", "edge_signer.execution.errors"),
    *("edge_signer.execution.job", "edge_signer.execution.limits"),
}


def system(template: Mapping[str, Any]) -> str:
    """Draw who calls whom on AWS, as Mermaid.

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
    arrows["ManifestDistribution", "ManifestBucket"].add("serves")
    named = sorted({name for arrow in arrows for name in arrow})
    lines = [f"  {name}{_drawn(name)}" for name in named]
    for (caller, called), labels in sorted(arrows.items()):
        lines.append(f'  {caller} -->|"{", ".join(sorted(labels))}"| {called}')
    return "\n".join(["flowchart LR", *lines])


def rooms(found: Shape) -> str:
    """Draw which room imports from which, as Mermaid; arrows that follow from others are left out.

    Args:
        found: The shape of the code.
    """
    below: dict[str, set[str]] = defaultdict(set)
    for module, imported in found.imports.items():
        if module not in _GROUND:
            room = _room(module)
            below[room] |= {_room(one) for one in imported - _GROUND} - {room}
    names = sorted({*below, *(one for ones in below.values() for one in ones)})
    lines = [f'  {_identifier(name)}["{name}"]' for name in names]
    for room in names:
        implied = set().union(*(reached(below, other) for other in below[room]))
        for other in sorted(below[room] - implied):
            lines.append(f"  {_identifier(room)} --> {_identifier(other)}")
    return "\n".join(["flowchart TD", *lines])


def page() -> str:
    """Give the page."""
    template = yaml_parse((ROOT / "template.yaml").read_text())
    return f"""# Architecture

`make architecture` draws both pictures: the first from `template.yaml`, the second from the
imports. A test fails when they are out of date.

## On AWS

Each arrow is a route to a function, or a resource that IAM lets the function use.

```mermaid
{system(template)}
```

`sign` builds the manifest in WebAssembly, has KMS sign its digest and stores the sidecar. If that
path fails, it invokes `fallback`, which signs with another engine. `execute` runs jobs. `verify`
judges credentials, and `recheck` verifies a share of the stored manifests again. `derive` makes
smaller images for a CDN and has `sign` sign them.
[Reliability](reliability.md) follows a request, [execution](execution.md) a job.

## Rooms

A room is a package for which `tests/unit/test_house.py` says what it may import. Each arrow is an
import. The picture leaves out arrows that follow from others, and the modules for errors, limits
and jobs, which the rooms below `signing` and `execution` share.

```mermaid
{rooms(shape(ROOT))}
```
"""


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


def _drawn(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    shape_of = next((one for kind, one in _SHAPES.items() if name.endswith(kind)), '(["{}"])')
    return shape_of.replace("{}", words)


def _room(module: str) -> str:
    """Name the room in the picture: each of the layer's, and the other packages as one each."""
    if not module.startswith(_LAYER):
        return module.partition(".")[0]
    parts = module.removeprefix(_LAYER).split(".")
    inside = ROOT / "layers/edge_signer/edge_signer" / "/".join(parts[:2])
    return "/".join(parts[:2] if inside.is_dir() and len(parts) > 1 else parts[:1])


def _identifier(name: str) -> str:
    return re.sub(r"\W", "_", name) + "_"


def main() -> None:
    """Write the page; with --check, exit with 1 if it is another one."""
    if "--check" in sys.argv and PAGE.read_text() != page():
        sys.exit("docs/concepts/architecture.md is out of date: run make architecture")
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
