"""Translates a SAM template into plain CloudFormation, with a cache.

The AWS::Serverless transform itself runs aws-sam-translator, so functions, routes and roles are
exactly those of a deployment.
"""

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote

from emulator.account import PSEUDO_PARAMETERS, REGION
from emulator.errors import TemplateError
from emulator.files import write_atomically

# The translator accepts code in S3 only, so the local path becomes the object's key.
_LOCAL_BUCKET = "local"
_CODE_PROPERTIES = ("CodeUri", "ContentUri")


@dataclass(frozen=True)
class Template:
    """A translated template.

    Attributes:
        path: The SAM template.
        document: The CloudFormation template with its intrinsic functions.
    """

    path: Path
    document: dict[str, Any]

    def local_directory(self, location: Mapping[str, Any]) -> Path | None:
        """Recover the source directory from a function's Code or a layer's Content.

        Args:
            location: The property, holding S3Bucket and S3Key.

        Returns:
            The directory, or None for code elsewhere.
        """
        if location.get("S3Bucket") != _LOCAL_BUCKET:
            return None
        return (self.path.parent / unquote(str(location["S3Key"]))).resolve()


def load(path: Path, parameters: Mapping[str, str], cache_directory: Path) -> Template:
    """Translate a template, or load the translation of the same content from the cache.

    Args:
        path: The SAM template.
        parameters: Values of template parameters; the translator uses some in logical ids.
        cache_directory: Folder for translations.

    Raises:
        TemplateError: The file is missing, is not YAML, or is not a valid SAM template.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"cannot be read: {error}", path) from error
    cached = cache_directory / f"{_fingerprint(text, parameters)}.json"
    with suppress(OSError, ValueError):
        return Template(path, json.loads(cached.read_text(encoding="utf-8")))
    document = translate(text, parameters, path)
    write_atomically(cached, json.dumps(document))
    return Template(path, document)


def translate(text: str, parameters: Mapping[str, str], path: Path) -> dict[str, Any]:
    """Expand the AWS::Serverless transform.

    Args:
        text: The SAM template.
        parameters: Values of template parameters.
        path: The template's name in errors.

    Raises:
        TemplateError: The text is not YAML, or the translator refuses it.
    """
    # Imported late: it takes most of a second, which a cached translation saves.
    import yaml
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.yaml_helper import yaml_parse

    try:
        source = yaml_parse(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise TemplateError(f"{where}{error.problem or error.context}", path) from error
    if not isinstance(source, dict) or not isinstance(source.get("Resources"), dict):
        raise TemplateError("it has no Resources", path)
    _make_code_look_deployed(source)
    # It only logs a warning about metrics, which the emulator does not publish.
    logging.getLogger("samtranslator").addHandler(logging.NullHandler())
    translator = Translator({}, Parser(), boto_session=SimpleNamespace(region_name=REGION))
    try:
        translated: dict[str, Any] = translator.translate(
            source, {**PSEUDO_PARAMETERS, **parameters}
        )
    except InvalidDocumentException as error:
        causes = "; ".join(cause.message for cause in error.causes) or error.message
        raise TemplateError(causes, path) from error
    except Exception as error:
        # The translator does not check everything; on odd input it raises any exception.
        reason = f"the translator fails on it: {type(error).__name__}: {error}"
        raise TemplateError(reason, path) from error
    return translated


def _fingerprint(text: str, parameters: Mapping[str, str]) -> str:
    identity = [version("aws-sam-translator"), text, sorted(parameters.items())]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()


def _make_code_look_deployed(source: Mapping[str, Any]) -> None:
    for properties in _properties(source):
        for name in _CODE_PROPERTIES:
            location = properties.get(name)
            if isinstance(location, str) and not location.startswith("s3://"):
                properties[name] = f"s3://{_LOCAL_BUCKET}/{quote(location, safe='')}"


def _properties(source: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the properties of every resource, and the defaults in Globals."""
    for resource in source["Resources"].values():
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        if isinstance(properties, dict):
            yield properties
    defaults = source.get("Globals")
    if isinstance(defaults, dict):
        yield from (kind for kind in defaults.values() if isinstance(kind, dict))
