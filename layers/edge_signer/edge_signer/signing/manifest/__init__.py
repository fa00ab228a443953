"""The bytes of manifests: building, reading and checking them."""
