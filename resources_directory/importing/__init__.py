"""Reading other people's directories: HSDS JSON 3.x and tabular 3.x, 2.0 and 1.1, mended, reported and applied."""
