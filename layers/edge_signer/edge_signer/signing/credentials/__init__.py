"""Keys, certificates and time-stamps."""
