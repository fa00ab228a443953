"""The command `edge-signer doctor`. What it needs is imported when it runs, so help is fast."""

import typer

from cli.options import HmacKey, Json, Region, Stage, State, Tenant, Token, Url


def doctor(
    stage: Stage = None,
    region: Region = None,
    url: Url = None,
    token: Token = None,
    hmac_key: HmacKey = None,
    tenant: Tenant = None,
    json: Json = False,
    state: State = None,
) -> None:
    """Check this machine, an account and a stage, and say what to do about what is missing.

    It needs no account: without --stage and --url it looks at this machine and at the local system,
    if one runs. It changes nothing.

    Exit codes: 0 nothing that is needed is missing or wrong; 1 something is; 2 usage error.
    """
    from cli.api_access import TenantOptions
    from cli.doctor.doctor import examine

    access = TenantOptions(url, token, hmac_key, tenant, state)
    raise typer.Exit(examine(stage, region, access, as_json=json))
