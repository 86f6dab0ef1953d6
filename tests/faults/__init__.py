"""Tests that break things on purpose: processes killed and paused around what must not be lost."""
