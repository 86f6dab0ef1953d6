"""Who may see what: a matrix generated from the routes, and what else must never show a foreign row."""
