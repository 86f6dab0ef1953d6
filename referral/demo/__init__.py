"""The demo county: invented people, invented organizations, simulated messages."""
