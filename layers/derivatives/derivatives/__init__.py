"""Derivatives of images: smaller ones, in the formats of the web."""
