"""The SHA-256 of the module that this layer is for; `make wasm` writes it."""

TBS_MODULE_SHA256 = "b4808a014b66d27df9e45a80356e501a527095323e7b217b78545eb0aef38dc4"
