"""Tests of home and the navigation."""
