"""Speed, as ratios within one run: other work on the machine slows both sides alike."""
