"""The SHA-256 of the module that this layer is for; `make wasm` writes it."""

TBS_MODULE_SHA256 = "95890bcd53e43ff7b73fa13f8609cb2646d3672bac67e92d87471072b2fc6ed0"
