"""The OpenAPI document of the HTTP API, generated from the code that answers requests.

It is generated here and not in the layer, because no function needs it. The emulator serves the
file.
"""
