"""The OpenAPI document of the HTTP API, made from the code that answers.

It is made here and not in the layer: the function never needs it, and whoever reads the document
has no need of the code. The emulator serves the file.
"""
