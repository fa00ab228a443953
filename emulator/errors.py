"""The emulator's errors; each text is one line that says what to do."""

from pathlib import Path


class EmulatorError(Exception):
    """Base class of the errors that the emulator raises on purpose."""


class TemplateError(EmulatorError):
    """The template cannot be translated, resolved or created.

    Args:
        reason: What is wrong, naming the line or the resource.
        file: The template's path, if it is known.
    """

    def __init__(self, reason: str, file: Path | None = None) -> None:
        self.reason = " ".join(reason.split())
        self.file = file
        super().__init__(f"{file}: {self.reason}" if file else self.reason)


class StartError(EmulatorError):
    """The system cannot start: a port or the state directory is in use."""


class CloudError(EmulatorError):
    """The process that plays AWS's services could not start, or has died."""
