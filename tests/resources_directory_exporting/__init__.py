"""Tests of giving the directory to others."""
