"""Verdicts on credentials: c2pa-rs validates them; its report is read, explained and shown."""
