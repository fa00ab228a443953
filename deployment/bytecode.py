"""Python compiled at build time: a layer is read-only, so each worker would compile for itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from deployment.packages import RUNTIME, BuildError, warn

#: Names the interpreter where it is not on PATH.
INTERPRETER_VARIABLE = f"PYTHON{RUNTIME.replace('.', '_')}"


def interpreter() -> str | None:
    """Find a Python of the runtime's version: in PYTHON3_13, on PATH, or among pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    among_pyenv = sorted(pyenv.glob(f"versions/{RUNTIME}.*/bin/python{RUNTIME}"))
    candidates = [
        os.environ.get(INTERPRETER_VARIABLE),
        shutil.which(f"python{RUNTIME}"),
        *map(str, among_pyenv),
    ]
    return next((one for one in candidates if one and _is_of_the_runtime(one)), None)


def compile_packages(python: str, folder: Path, deployed_as: str) -> None:
    """Write the bytecode of all modules beside them.

    Workers do not compare it with the sources (PEP 552, unchecked hashes): both lie in the same
    read-only layer, and a comparison of times would depend on the archive.

    Args:
        python: An interpreter of the runtime's version.
        folder: Of the modules.
        deployed_as: The folder's path on Lambda, for tracebacks.

    Raises:
        BuildError: A module is no Python of this version.
    """
    options = ["--invalidation-mode=unchecked-hash", "-q", "-s", str(folder), "-p", deployed_as]
    # Constants are written as they are shared, and interned strings are shared by hash.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    command = [python, "-m", "compileall", *options, str(folder)]
    if subprocess.run(command, check=False, env=environment).returncode:  # noqa: S603 - our own
        raise BuildError(f"{python} cannot compile {folder}")


def compile_where_possible(packages: Path) -> None:
    """Write a layer's bytecode, or warn that there is no interpreter for it.

    Args:
        packages: Becomes /opt/python on Lambda.

    Raises:
        BuildError: A module is no Python of this version.
    """
    python = interpreter()
    if python is not None:
        compile_packages(python, packages, "/opt/python")
        return
    warn(
        f"no bytecode: there is no Python {RUNTIME}. Workers start several times slower; "
        f"put one on PATH or name it in {INTERPRETER_VARIABLE}"
    )


def _is_of_the_runtime(python: str) -> bool:
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        # pyenv's shims are there for versions that are not switched on.
        told = subprocess.run(  # noqa: S603 - an interpreter
            [python, "-c", program], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return told.stdout.strip() == RUNTIME


if __name__ == "__main__":
    print(interpreter() or sys.exit(f"there is no Python {RUNTIME}: see {INTERPRETER_VARIABLE}"))
