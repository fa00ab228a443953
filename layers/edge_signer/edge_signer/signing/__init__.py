"""Signing: from a client's assertions about an asset to a signed, stored manifest."""
