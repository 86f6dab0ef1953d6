"""Giving the directory to others: HSDS 3.2 JSON and tabular, without what may not leave."""
