"""Tests of the audit: notes, the chain, its heads, and what verification names."""
