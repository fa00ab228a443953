"""Whether this deployment can sign, and what would have to be mended; nothing here signs."""
