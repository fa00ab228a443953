"""The bytes of a manifest: built, read and checked."""
