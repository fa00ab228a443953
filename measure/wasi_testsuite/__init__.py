"""The programs of the WASI test suite as jobs."""
