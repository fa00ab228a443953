"""The SHA-256 of the module that this layer is for; `make wasm` writes it."""

TBS_MODULE_SHA256 = "55ef09fb36ccf15861581ace3d09d9fb7c73f0196bec8190457a27117e065951"
