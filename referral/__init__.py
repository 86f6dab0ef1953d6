"""NeedsRx: screen, prescribe, refer, follow up, and close the loop with what really happened."""
