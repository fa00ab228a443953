"""Proofs that a job ran: receipts, attestations, and their verifiers."""
