"""The checklist of security requirements: what meets each, which tests show it, and how they last went."""
