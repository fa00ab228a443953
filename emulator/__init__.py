"""AWS on a laptop: the system of template.yaml, without an account and without Docker."""
