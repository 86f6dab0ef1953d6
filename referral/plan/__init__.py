"""The patient's own page: the next step, who has what, stop sharing, call me; behind an address and something known."""
