"""The console explains digital source types as the command does."""

from __future__ import annotations

import re

from cli.source_types import USUAL
from edge_signer.signing.rules.digital_source_types import IPTC
from tests.conftest import ROOT


def test_the_page_and_the_command_say_the_same() -> None:
    source = (ROOT / "console/src/source-types.ts").read_text()
    assert dict(re.findall(r'^  \["(\w+)", "([^"]+)"\],$', source, re.M)) == USUAL
    assert f'"{IPTC}"' in source
