"""The tables of the directory: the 24 objects of HSDS 3.2.3, one file for each group, and our own beside them."""
