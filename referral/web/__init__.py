"""Layout, home and health."""
