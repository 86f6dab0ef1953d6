"""How often something is broken, and where. FAULT_ROUNDS sets how often; FAULT_SEED repeats a run."""

import os
import random

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "6"))
SEED = int(os.environ.get("FAULT_SEED", "20261121"))


def chance() -> random.Random:
    """Return the dice of this run."""
    return random.Random(SEED)


def points(last: int) -> list[int]:
    """Return ROUNDS numbers from 1 to `last`: always the two last ones, then each other one before any comes again."""
    dice, others = chance(), list(range(1, last - 1))
    found = [last, last - 1]
    while len(found) < ROUNDS:
        dice.shuffle(others)
        found += others
    return found[:ROUNDS]
