"""Every column has one class, and what is about patients is classed column by column."""

import pytest
from sqlalchemy import Table

from referral.records.class_names import DataClass
from referral.records.class_tables import COLUMNS, WHOLE_TABLES
from referral.records.data_classes import Unclassified, all_columns, class_of
from referral.tables import metadata


def whole_tables() -> list[str]:
    return [name for names in WHOLE_TABLES.values() for name in names.split()]


def test_every_column_of_every_table_has_a_class() -> None:
    classed = {str(column): class_of(column.table.name, column.name) for column in all_columns()}

    assert set(classed.values()) == set(DataClass)
    assert len(classed) == sum(len(table.columns) for table in metadata.sorted_tables)


def test_a_column_that_nobody_classed_is_named() -> None:
    with pytest.raises(Unclassified, match=r"patient\.shoe_size"):
        class_of("patient", "shoe_size")


def test_no_column_has_two_classes_and_none_is_classed_that_does_not_exist() -> None:
    listed = [
        f"{table}.{name}" for table, classes in COLUMNS.items() for names in classes.values() for name in names.split()
    ]

    assert len(listed) == len(set(listed))
    assert set(listed) <= {str(column) for column in all_columns()}
    assert len(whole_tables()) == len(set(whole_tables()))
    assert set(whole_tables()) <= set(metadata.tables)
    assert not set(whole_tables()) & set(COLUMNS)


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_a_table_that_names_patients_or_belongs_to_a_clinic_is_classed_column_by_column(table: Table) -> None:
    about_patients = {"patient_id", "clinic_id"} & {column.name for column in table.columns}

    assert not about_patients or table.name in COLUMNS
