"""Tests of whole records: export, erasure, legal hold, retention."""
