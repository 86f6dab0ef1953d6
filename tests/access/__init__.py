"""Who may see what: a matrix generated from the routes, and what else must never show a foreign row."""

import os

#: `make matrix`: every role on every database.
EVERY_ROLE = bool(os.environ.get("EVERY_ROLE"))
