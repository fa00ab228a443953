"""Whether a manifest belongs to an asset: the hard bindings of the standard."""
