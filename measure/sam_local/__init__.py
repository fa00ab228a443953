"""The built functions in containers, by `sam local`."""
