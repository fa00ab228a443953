"""Whether this deployment can sign, and what is wrong if it cannot; nothing here signs."""
