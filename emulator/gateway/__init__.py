"""The HTTP API, the CDN and the documentation."""
