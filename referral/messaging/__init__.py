"""What we say to people, and what they say to us."""
