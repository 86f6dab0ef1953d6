"""The resources directory: HSDS services, their import and their search. It stands alone."""
