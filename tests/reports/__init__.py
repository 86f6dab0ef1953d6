"""Tests of the report page and its measures."""
