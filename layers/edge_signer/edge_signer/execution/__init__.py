"""Jobs: untrusted WebAssembly, run in a sandbox, with a signed proof of what happened."""
