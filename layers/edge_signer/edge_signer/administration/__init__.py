"""Changes by operators while the system runs, and the audit trail of every change."""
