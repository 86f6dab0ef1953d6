"""Tests that cross several slices through pages and commands, as people meet the product."""
