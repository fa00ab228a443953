"""Who calls, and how often: tenants, limits, usage, replays."""
