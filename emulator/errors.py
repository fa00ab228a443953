"""What can go wrong in the emulator, each as one line that a person can act on."""

from pathlib import Path


class EmulatorError(Exception):
    """The base of every error that the emulator raises on purpose; its text is one clear line."""


class TemplateError(EmulatorError):
    """The template cannot be translated, resolved or created.

    Args:
        reason: What is wrong, naming the line or the resource.
        file: The template's path, where it is known.
    """

    def __init__(self, reason: str, file: Path | None = None) -> None:
        self.reason = " ".join(reason.split())
        self.file = file
        super().__init__(f"{file}: {self.reason}" if file else self.reason)


class StartError(EmulatorError):
    """The system cannot start here: a port in use, or a state directory that is taken."""


class CloudError(EmulatorError):
    """The process that plays AWS's services could not start, or has died."""
