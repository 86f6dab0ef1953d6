"""Tests of screening and needs."""
