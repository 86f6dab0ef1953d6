"""Tests of reading other people's directories."""
