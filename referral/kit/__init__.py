"""What every slice stands on; it knows no feature of the product."""
