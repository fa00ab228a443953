"""The mission: from what a client says of an asset to a signed, stored manifest."""
