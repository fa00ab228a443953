"""`edge-signer sign`."""
