"""The flags' parameters as they are written: a change that meets another never undoes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge_signer.platform.errors import StoreUnavailableError

#: SSM keeps no empty value; this one is read as no tenants at all.
NOBODY = "-"


@dataclass(frozen=True)
class SeenParameter:
    """A parameter as it was read.

    Attributes:
        text: Its value; None where there is none.
        version: Which one is in force; 0 where there is none. SSM counts up by one with each write.
    """

    text: str | None = None
    version: int = 0


class FlagParameters:
    """A folder of parameters; needs `ssm:GetParameter` and `ssm:PutParameter` on each.

    Args:
        ssm: Client.
        folder: Its path, such as `/edge-signer/prod/flags`.
    """

    def __init__(self, ssm: Any, folder: str) -> None:
        self._ssm = ssm
        self._folder = folder

    def name_of(self, flag: str) -> str:
        """Give the parameter's name."""
        return f"{self._folder}/{flag}"

    def read(self, flag: str) -> SeenParameter:
        """Read the version in force.

        Raises:
            StoreUnavailableError: SSM does not answer as it should.
        """
        return self._get(self.name_of(flag))

    def overwritten_by(self, flag: str, version: int) -> SeenParameter:
        """Give what a version took the place of, as if that version were in force.

        Raises:
            StoreUnavailableError: SSM does not answer as it should.
        """
        if version == 1:
            return SeenParameter(None, version)
        before = self._get(f"{self.name_of(flag)}:{version - 1}")
        return SeenParameter(before.text, version)

    def write(self, flag: str, text: str) -> int:
        """Write a value.

        Returns:
            Its version. SSM cannot be asked to write only over a known version, but this tells what
            was written over.

        Raises:
            StoreUnavailableError: SSM does not answer as it should; it may have written.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._ssm.put_parameter(
                Name=self.name_of(flag), Type="String", Value=text, Overwrite=True
            )
        except (BotoCoreError, ClientError) as failure:
            raise _unavailable() from failure
        return int(answer["Version"])

    def _get(self, name: str) -> SeenParameter:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            found = self._ssm.get_parameter(Name=name)["Parameter"]
        except (
            self._ssm.exceptions.ParameterNotFound,
            self._ssm.exceptions.ParameterVersionNotFound,
        ):
            return SeenParameter()
        except (BotoCoreError, ClientError) as failure:
            raise _unavailable() from failure
        return SeenParameter(found["Value"], int(found["Version"]))


def _unavailable() -> StoreUnavailableError:
    return StoreUnavailableError("The flags' parameters cannot be reached.", retry_after_s=5)
