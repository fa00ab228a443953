from __future__ import annotations

import json
from pathlib import Path

import pytest

from emulator.errors import TemplateError
from emulator.functions.function import functions_of
from emulator.local_state import checkout
from emulator.stack import template
from emulator.stack.creation import Resource
from emulator.stack.identities import IGNORED_TYPES
from emulator.stack.resources import CREATED_TYPES

MINIMAL = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: some/code dir
      Handler: app.handler
      Runtime: python3.13
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "template.yaml"
    file.write_text(MINIMAL)
    return file


def test_every_type_of_the_real_template_is_created_or_ignored_on_purpose(tmp_path: Path) -> None:
    real = template.load(checkout() / "template.yaml", {}, tmp_path)

    types = {resource["Type"] for resource in real.document["Resources"].values()}

    assert types <= CREATED_TYPES.keys() | IGNORED_TYPES.keys()


def test_no_type_is_both_created_and_ignored() -> None:
    assert not CREATED_TYPES.keys() & IGNORED_TYPES.keys()


IN_GLOBALS = "Globals: {Function: {CodeUri: some/code dir}}\n" + MINIMAL.replace(
    "      CodeUri: some/code dir\n", ""
)


@pytest.mark.parametrize("text", [MINIMAL, IN_GLOBALS])
def test_local_code_is_found_again_after_the_translation(
    source: Path, tmp_path: Path, text: str
) -> None:
    source.write_text(text)
    translated = template.load(source, {}, tmp_path / "cache")

    code = translated.document["Resources"]["Hello"]["Properties"]["Code"]

    assert translated.local_directory(code) == tmp_path / "some/code dir"


def test_code_that_is_already_in_s3_is_not_local(source: Path, tmp_path: Path) -> None:
    translated = template.load(source, {}, tmp_path / "cache")

    assert translated.local_directory({"S3Bucket": "elsewhere", "S3Key": "x"}) is None


def test_a_second_load_of_the_same_content_does_not_translate(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = template.load(source, {"Stage": "dev"}, tmp_path / "cache")
    monkeypatch.setattr(template, "translate", _must_not_run)

    assert template.load(source, {"Stage": "dev"}, tmp_path / "cache") == first
    with pytest.raises(AssertionError):
        template.load(source, {"Stage": "prod"}, tmp_path / "cache")
    source.write_text(MINIMAL + "# changed\n")
    with pytest.raises(AssertionError):
        template.load(source, {"Stage": "dev"}, tmp_path / "cache")


def test_a_broken_cache_entry_is_translated_anew(source: Path, tmp_path: Path) -> None:
    first = template.load(source, {}, tmp_path / "cache")
    (entry,) = (tmp_path / "cache").iterdir()
    entry.write_text(json.dumps(first.document)[:-20])

    assert template.load(source, {}, tmp_path / "cache") == first


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Resources: {", "line 1"),
        ("Resources:\n  A: {}\n B: {}\n", "line 3"),
        ("Description: nothing here", "no Resources"),
        (MINIMAL.replace("      Handler: app.handler\n", ""), "Hello"),
        (MINIMAL.replace("Properties", "Propertys"), "Hello"),
    ],
)
def test_a_broken_template_is_one_line_that_names_file_and_place(
    source: Path, tmp_path: Path, text: str, reason: str
) -> None:
    source.write_text(text)

    with pytest.raises(TemplateError) as caught:
        template.load(source, {}, tmp_path / "cache")

    assert str(caught.value).startswith(f"{source}: ")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"gone\.yaml: cannot be read"):
        template.load(tmp_path / "gone.yaml", {}, tmp_path)


def test_a_function_without_its_directory_is_named(source: Path, tmp_path: Path) -> None:
    translated = template.load(source, {}, tmp_path / "cache")
    properties = translated.document["Resources"]["Hello"]["Properties"]

    with pytest.raises(TemplateError, match="Hello: there is no directory"):
        functions_of(
            translated, {"Hello": Resource("AWS::Lambda::Function", "hello", "arn", properties)}
        )


def _must_not_run(*_: object) -> None:
    raise AssertionError("translated again")
