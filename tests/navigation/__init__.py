"""Tests of the to-do pages."""
