"""Computed values in sentences, and the ledger of what was accepted."""
