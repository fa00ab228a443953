"""The endpoints: each validates a request, calls its service, and answers."""
