"""A patient's whole record: taking it along, erasing it, holding it, and how long each part is kept."""
