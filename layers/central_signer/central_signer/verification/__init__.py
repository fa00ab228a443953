"""Judges credentials with c2pa-rs and our own validator; one report has the findings of both."""
