"""Policies, and the assertions that they allow, in the standard's form."""
