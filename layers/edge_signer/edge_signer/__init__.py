"""Edge Signer: everything that a handler needs, as one Lambda layer."""

__version__ = "0.1.0"
