"""The endpoints: each reads a request, has it served, and answers."""
