"""Tests of the network: a real server on a real socket."""
