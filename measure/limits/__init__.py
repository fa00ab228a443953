"""`python -m measure.limits`: floods a running system for 70 s, and audits what it admitted."""
