"""The OpenAPI document of the HTTP API, made from the code that answers.

It is made here and not in the layer, because the function never needs it and readers of the
document do not need the code. The emulator serves the file.
"""
