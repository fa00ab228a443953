"""The `edge-signer` command."""
