"""The central signer: a second engine, c2pa-rs, that signs when the edge cannot."""
