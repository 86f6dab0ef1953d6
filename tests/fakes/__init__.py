"""Stand-ins for the outside world, on this machine."""
