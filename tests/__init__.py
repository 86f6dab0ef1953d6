"""The tests of NeedsRx."""
