"""The reference of the manual, written from the code."""
