"""Tests of the privacy officer's pages."""
