"""The commands `edge-signer trust …`, and where lists are installed."""
