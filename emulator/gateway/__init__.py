"""What stands in front: the HTTP API and the CDN."""
