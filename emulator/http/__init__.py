"""HTTP/1.1, for the front, the services and the Runtime API."""
