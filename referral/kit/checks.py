"""Gives a table other CHECKs in a migration: closed sets grow, and SQLite can only change a table by copying it."""

from alembic import op


def replace_checks(table: str, rules: dict[str, str]) -> None:
    """Replace named CHECKs of `table`. `rules`: name of the constraint to its new condition."""
    with op.batch_alter_table(table) as batch_op:
        for name, rule in rules.items():
            batch_op.drop_constraint(op.f(name), type_="check")
            batch_op.create_check_constraint(op.f(name), rule)
