"""The central signer: a second engine, c2pa-rs, for when the edge cannot sign."""
