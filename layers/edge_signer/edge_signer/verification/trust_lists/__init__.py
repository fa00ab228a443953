"""Reading published trust lists, and the lists that a deployment has installed."""
