"""The SHA-256 of the module that this layer is for; `make wasm` writes it."""

TBS_MODULE_SHA256 = "03ed78b2e7bc5acb9e737eeab6630b0b43849fbf8c1176b66ccf4fa9576747ae"
