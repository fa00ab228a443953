"""Who calls, and how much of it: tenants, limits, usage, replays."""
