"""Who signed, and when: claim signatures, certificates, time-stamps and revocation."""
