"""The authority's roots in SSM: fetched, kept, renewed."""

from __future__ import annotations

from typing import Any

import pytest

from edge_signer.signing.credentials.time_stamp import SsmTimeStampRoots
from edge_signer.signing.errors import TsaUnavailableError
from emulator.aws.services import in_process_services, moto_host
from tests.authorities.time_stamp_forge import StampForge

PARAMETER = "/edge-signer/test/certificates/tsa"
FIRST, SECOND = StampForge(), StampForge()


@pytest.fixture(scope="module")
def ssm() -> Any:
    return in_process_services(moto_host()).ssm


@pytest.fixture
def put(ssm: Any) -> Any:
    def put(pem: str) -> None:
        ssm.put_parameter(Name=PARAMETER, Type="String", Value=pem, Overwrite=True)

    yield put
    ssm.delete_parameters(Names=[PARAMETER])


def test_roots_are_fetched_once_and_renewed_later(ssm: Any, put: Any) -> None:
    put(FIRST.root_pem)
    roots, renewing = (
        SsmTimeStampRoots(ssm, PARAMETER),
        SsmTimeStampRoots(ssm, PARAMETER, refresh_s=0.0, grace_s=0.0),
    )
    assert roots() == renewing() == (FIRST.root,)
    put(FIRST.root_pem + SECOND.root_pem)
    assert roots() == (FIRST.root,)
    assert renewing() == (FIRST.root, SECOND.root)


def test_broken_roots_are_survived_but_roots_that_were_taken_away_are_gone(
    ssm: Any, put: Any
) -> None:
    put(FIRST.root_pem)
    roots = SsmTimeStampRoots(ssm, PARAMETER, refresh_s=0.0, grace_s=0.0)
    assert roots() == (FIRST.root,)
    put("half a root")
    assert roots() == (FIRST.root,)
    ssm.delete_parameter(Name=PARAMETER)
    with pytest.raises(TsaUnavailableError, match="not installed"):
        roots()


def test_roots_that_never_were_are_told(ssm: Any, put: Any) -> None:
    with pytest.raises(TsaUnavailableError, match="not installed") as missing:
        SsmTimeStampRoots(ssm, PARAMETER)()
    assert missing.value.retry_after_s is None, "only an operator can put them there"
    put("no root")
    with pytest.raises(TsaUnavailableError, match="cannot be read"):
        SsmTimeStampRoots(ssm, PARAMETER)()
