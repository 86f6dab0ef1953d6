"""Tests of the directory pages, its commands and its public API."""
