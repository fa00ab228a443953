"""Jobs: WebAssembly from a stranger, run where it can do no harm, and the signed proof of it."""
