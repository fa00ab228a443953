"""A module of a layer."""

GREETING = "hello from the layer"
