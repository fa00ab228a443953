"""Metadata assertions: JSON-LD, in a JSON box (C2PA 2.2 §18.16, CAWG metadata assertion 1.1).

Engines check little of it: c2pa-rs requires a context that maps prefixes to strings, encypher-c2pa
at least one property. This module enforces what the standard requires of `c2pa.metadata`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.rules.metadata_properties import PROPERTIES, SCHEMAS
from edge_signer.signing.rules.strict_content import MAX_PATH_CHARACTERS

C2PA_METADATA_LABEL = "c2pa.metadata"
CAWG_METADATA_LABEL = "cawg.metadata"

_CONTEXT = "@context"
# Roughly XML names without a colon: XMP's prefixes and properties.
_PREFIX = re.compile(r"[^\W\d_][\w.-]*")
_PROPERTY = re.compile(rf"({_PREFIX.pattern}):[^\W\d][\w.-]*")
# A scheme, then only characters that an IRI may have (RFC 3987).
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|\\^`]+')
_ELSEWHERE = f"; {CAWG_METADATA_LABEL} may have any"


def is_metadata(label: str) -> bool:
    """Whether the label belongs to a metadata assertion, namespaced ones included."""
    return label.endswith(".metadata")


def metadata_assertion(label: str, said: Any, path: str) -> dict[str, Any]:
    """Check the content of a metadata assertion, and give it unchanged.

    Args:
        label: `c2pa.metadata`, which allows only the standard's properties, or another, which
            allows any.
        said: What the client sent.
        path: Its place in the request, for messages.

    Raises:
        InvalidAssertionError: It is invalid; the message names the path.
    """
    if not isinstance(said, dict):
        raise _fault(path, "must be an object")
    context = said.get(_CONTEXT)
    prefixes = _prefixes(label, context, f"{path}.{_CONTEXT}")
    properties = {name: value for name, value in said.items() if name != _CONTEXT}
    if not properties:
        raise _fault(path, f"must have a property besides {_CONTEXT}")
    for name, value in properties.items():
        place = f"{path}.{name}"
        _check_declared(name, prefixes, place)
        if label == C2PA_METADATA_LABEL and name not in PROPERTIES:
            raise _fault(place, f"is not a property that {label} may have{_ELSEWHERE}")
        _check_inside(value, prefixes, place)
    return said


def _prefixes(label: str, context: Any, path: str) -> Collection[str]:
    if context is None:
        raise _fault(path, "is required")
    if not isinstance(context, dict):
        raise _fault(path, "must be an object of prefixes and namespaces")
    if not context:
        raise _fault(path, "must not be empty")
    for prefix, namespace in context.items():
        place = f"{path}.{prefix}"
        if not isinstance(prefix, str) or not _PREFIX.fullmatch(prefix):
            raise _fault(place, "is not a prefix, such as dc")
        if not isinstance(namespace, str) or not _IRI.fullmatch(namespace):
            raise _fault(place, f"must be a namespace, such as {SCHEMAS['dc']}")
        if label != C2PA_METADATA_LABEL:
            continue
        if prefix not in SCHEMAS:
            raise _fault(place, f"is not a schema that {label} may have{_ELSEWHERE}")
        if namespace != SCHEMAS[prefix]:
            raise _fault(place, f"must be {SCHEMAS[prefix]}")
    return context.keys()


def _check_declared(name: Any, prefixes: Collection[str], place: str) -> None:
    parts = _PROPERTY.fullmatch(name) if isinstance(name, str) else None
    if not parts:
        raise _fault(place, "must be named prefix:Name, such as dc:format")
    if parts[1] not in prefixes:
        raise _fault(place, f"has a prefix that {_CONTEXT} does not declare")


def _check_inside(value: Any, prefixes: Collection[str], path: str) -> None:
    """Check the names inside a value: fields of structures, keywords of JSON-LD, languages."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            _check_inside(item, prefixes, f"{path}[{position}]"[:MAX_PATH_CHARACTERS])
    elif isinstance(value, dict):
        for name, item in value.items():
            place = f"{path}.{name}"[:MAX_PATH_CHARACTERS]
            if not isinstance(name, str):
                raise _fault(place, "must have a text as its name")
            if name == _CONTEXT:
                # It would change the meaning of prefixes, and no engine would notice.
                raise _fault(place, "must not occur inside a value")
            if ":" in name:
                _check_declared(name, prefixes, place)
            _check_inside(item, prefixes, place)


def _fault(path: str, demand: str) -> InvalidAssertionError:
    return InvalidAssertionError(f"{path[:MAX_PATH_CHARACTERS]} {demand}")
