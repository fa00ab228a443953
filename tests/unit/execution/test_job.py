"""A job is checked before anything looks into its module."""

from __future__ import annotations

import hashlib
import io

import pytest

from edge_signer.execution.errors import (
    ModuleHashMismatchError,
    ModuleTooLargeError,
    NotAModuleError,
)
from edge_signer.execution.job import (
    MAGIC,
    MAX_ARGS_BYTES,
    MAX_ENV_BYTES,
    MAX_MODULE_BYTES,
    MAX_STDIN_BYTES,
    RequestedJob,
    checked_module,
)
from edge_signer.execution.limits import Requirements
from edge_signer.execution.sandbox.protocol import ToCompile, ToRun, decoded, encoded
from tests.jobs.guests import job, limits


def hash_of(wasm: bytes) -> str:
    return "sha256:" + hashlib.sha256(wasm).hexdigest()


def test_a_module_of_its_hash_is_given_back() -> None:
    assert checked_module(MAGIC, hash_of(MAGIC)) == MAGIC


@pytest.mark.parametrize(
    "module_hash",
    [
        hash_of(b"another"),
        hash_of(MAGIC).upper(),
        hash_of(MAGIC).removeprefix("sha256:"),
        hash_of(MAGIC) + "\n",
        "\ud800",
        "",
    ],
)
def test_another_hash_is_refused(module_hash: str) -> None:
    with pytest.raises(ModuleHashMismatchError):
        checked_module(MAGIC, module_hash)


def test_the_hash_comes_before_all_else() -> None:
    with pytest.raises(ModuleHashMismatchError):
        checked_module(b"(module)", hash_of(MAGIC))


@pytest.mark.parametrize(
    "wasm",
    [
        b"",
        b"\0asm",
        b'(module (func (export "_start")))',
        b"\0asm\x0d\0\1\0",
        b"\0asm\2\0\0\0",
        b"\x7fELF\2\1\1\0",
    ],
    ids=["nothing", "half a magic", "text format", "component", "version 2", "native"],
)
def test_what_is_no_core_module_is_refused(wasm: bytes) -> None:
    with pytest.raises(NotAModuleError):
        checked_module(wasm, hash_of(wasm))


def test_a_component_is_told_what_to_build_for() -> None:
    component = b"\0asm\x0d\0\1\0"
    with pytest.raises(NotAModuleError, match="component: build for WASI preview1"):
        checked_module(component, hash_of(component))


def test_a_module_has_a_limit() -> None:
    largest = MAGIC + bytes(MAX_MODULE_BYTES - len(MAGIC))
    assert checked_module(largest, hash_of(largest))
    with pytest.raises(ModuleTooLargeError):
        checked_module(largest + b"\0", hash_of(largest + b"\0"))


@pytest.mark.parametrize("arg", ["a\0b", "\ud800"])
def test_an_argument_that_no_program_could_be_given_is_refused(arg: str) -> None:
    with pytest.raises(ValueError, match=r"args\[1\]"):
        job(MAGIC, "fine", arg)


def test_arguments_and_stdin_have_limits() -> None:
    assert job(MAGIC, "é" * (MAX_ARGS_BYTES // 2 - 1), stdin=bytes(MAX_STDIN_BYTES))
    with pytest.raises(ValueError, match="args"):
        job(MAGIC, "é" * (MAX_ARGS_BYTES // 2))
    with pytest.raises(ValueError, match="args"):
        job(MAGIC, *[""] * (MAX_ARGS_BYTES + 1))
    with pytest.raises(ValueError, match="stdin"):
        job(MAGIC, stdin=bytes(MAX_STDIN_BYTES + 1))


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"": "x"}, "names in env"),
        ({"A=B": "x"}, "'A=B'"),
        ({"1A": "x"}, "names in env"),
        ({"Ä": "x"}, "names in env"),
        ({"A\n": "x"}, "names in env"),
        ({"\ud800": "x"}, "names in env"),
        ({"A": "a\0b"}, r"env\.A"),
        ({"A": "\ud800"}, r"env\.A"),
    ],
)
def test_a_variable_that_no_program_could_be_given_is_refused(
    env: dict[str, str], said: str
) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        job(MAGIC, env=env)
    assert str(refused.value).encode()


def test_variables_have_a_limit() -> None:
    # `A=`, the value and a zero byte.
    assert job(MAGIC, env={"A": "é" * (MAX_ENV_BYTES // 2 - 2) + "x"})
    with pytest.raises(ValueError, match="env must have at most"):
        job(MAGIC, env={"A": "é" * (MAX_ENV_BYTES // 2 - 1)})


def requested(**env: str) -> RequestedJob:
    return RequestedJob("acme", "job-1", hash_of(MAGIC), MAGIC, (), b"", Requirements(), env)


def test_a_job_with_other_variables_is_another_job() -> None:
    contents = [requested(), requested(A="1"), requested(A="2"), requested(A="1", B="")]
    assert len({one.content_sha256 for one in contents}) == 4
    assert requested(A="1", B="2").content_sha256 == requested(B="2", A="1").content_sha256


@pytest.mark.parametrize("piece_bytes", [1, 7, 1 << 20])
@pytest.mark.parametrize("may_start", [True, False])
def test_a_worker_reads_the_orders_that_were_sent(piece_bytes: int, may_start: bool) -> None:
    spoken = job(b"", "", 'quo"te', "für 10 €", env={"A": "é"}, within=limits(fuel=2**62))
    for sent in (
        ToRun(spoken, bytearray(b"code"), may_start),
        ToCompile(MAGIC + b"more", cpu_s=0.5),
    ):
        message = io.BytesIO(b"".join(encoded(sent)))

        def read_into(buffer: memoryview, message: io.BytesIO = message) -> int:
            return message.readinto(buffer[:piece_bytes])

        assert decoded(read_into) == sent
        assert not message.read()


def test_a_message_that_ends_early_is_no_order() -> None:
    message = b"".join(encoded(ToCompile(MAGIC, cpu_s=1)))
    with pytest.raises(EOFError):
        decoded(io.BytesIO(message[:-1]).readinto)
