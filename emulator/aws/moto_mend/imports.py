"""Spares the emulator's start an import that it never uses.

moto's SSM imports all of moto's EC2, most of a second, so that SendCommand can look up
instances by tag. Parameters need none of it.
"""

import importlib
import sys
from types import ModuleType

_EC2 = "moto.ec2"


def import_ssm_without_ec2() -> None:
    """Import moto's SSM with an empty EC2 in place; does nothing where EC2 is loaded already."""
    if _EC2 in sys.modules:
        return
    empty = ModuleType(_EC2)
    empty.ec2_backends = {}  # type: ignore[attr-defined]
    sys.modules[_EC2] = empty
    try:
        importlib.import_module("moto.ssm.models")
    finally:
        # Whoever wants the real EC2 afterwards gets it.
        del sys.modules[_EC2]
