"""The SHA-256 of the module that this layer is for; `make wasm` writes it."""

TBS_MODULE_SHA256 = "3280d4541803b6be2ff2214cc9688f3af96ae609cbe68b4cd37f06a56aa620b9"
