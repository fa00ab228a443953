"""Programs that measure: none of them is a test, and no test asserts what they print."""
