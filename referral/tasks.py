"""What the worker does, and how often."""

from flask import Flask

from referral.kit.worker import Task


def worker_tasks(app: Flask) -> list[Task]:
    """Return the tasks of the worker in the order they run in."""
    assert app is not None  # noqa: S101 - filled as slices land
    return []
