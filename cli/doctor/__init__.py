"""`edge-signer doctor`: what is missing on this machine, in this account and at this stage."""
