"""Tests of the directory: its tables, its search and the pure decisions under them."""
