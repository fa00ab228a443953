"""Ingredients: what an asset was made from, with the credentials that came with it."""
