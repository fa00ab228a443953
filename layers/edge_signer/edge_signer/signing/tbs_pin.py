"""The SHA-256 of the module that this layer is for; `make wasm` writes it."""

TBS_MODULE_SHA256 = "1078ca8c6c05a59d242d707ca95b0469ca46cc586199734c0a2fdf80bd7c6bdf"
