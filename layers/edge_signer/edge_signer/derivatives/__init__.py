"""Serves derivatives of a publisher's images: each is made and signed once, and then kept."""
