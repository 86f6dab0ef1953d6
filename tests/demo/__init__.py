"""Tests of the demo: its ground, its story, its simulator, its process."""
