"""The flags as a worker serves them: read from SSM now and then, the last good ones kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from edge_signer.configuration.flags import FlagError, Flags, read_flag
from edge_signer.configuration.parameters import ParameterFolder, SsmParameterFolder
from edge_signer.configuration.settings import CalledSettings
from edge_signer.platform.clients import client

# With the folder's jitter a worker reads every 5.0 to 6.2 s. One more attempt, and the answer's way
# back, still leave a flip within the 10 s that operators are promised.
_REFRESH_S = 5.6


class OperatorFlags:
    """Flags from a folder of parameters, one a flag; a flag without one has its default.

    A text that cannot be read never changes a flag: its last good value serves, or its default
    where this worker saw none.

    Args:
        folder: The parameters by the flags' names.
        defaults: Flags that the folder does not have.
        complain: Told once of each text that cannot be read.
    """

    def __init__(
        self, folder: ParameterFolder, defaults: Flags, complain: Callable[[str], None]
    ) -> None:
        self._folder = folder
        self._defaults = defaults
        self._complain = complain
        self._texts: Mapping[str, str] | None = None
        self._read: Mapping[str, Any] = {}
        self._flags = defaults

    def __call__(self) -> Flags:
        """Give the flags in force.

        Raises:
            StoreUnavailableError: SSM failed and was never read. What the defaults allow is not
                known to be allowed then: a kill switch may be thrown.
        """
        texts = self._folder.values()
        if texts is not self._texts:
            self._take_up(texts)
        return self._flags

    def _take_up(self, texts: Mapping[str, str]) -> None:
        known, read = self._texts or {}, {}
        for name, text in texts.items():
            if name in self._read:
                read[name] = self._read[name]
            if text == known.get(name):
                continue
            try:
                read[name] = read_flag(name, text)
            except FlagError as broken:
                self._complain(f"flag ignored: {broken}")
        self._texts, self._read = texts, read
        self._flags = self._defaults.model_copy(update=read)


def operator_flags(settings: CalledSettings, complain: Callable[[str], None]) -> OperatorFlags:
    """Give the flags of a function's stage; needs `ssm:GetParametersByPath` on their folder.

    Args:
        settings: Of the function.
        complain: Told of what an operator must mend.
    """
    ssm = client("ssm", settings.aws_region)
    folder = SsmParameterFolder(ssm, settings.flag_folder, refresh_s=_REFRESH_S)
    return OperatorFlags(folder, Flags.defaults(settings), complain)
