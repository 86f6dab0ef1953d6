"""Which file of which HSDS version holds which table, and what its columns are called today.

Sources: HSDS 3.2.3 datapackage.json; HSDS 1.1 and 2.0 as their exporters write them (hsds_transformer, ORServices).
"""

from dataclasses import dataclass, field

#: A table of HSDS 1.1 and 2.0 that became a text of the service in 3.0.
ELIGIBILITY = "eligibility"
PAYMENT_ACCEPTED = "payment_accepted"


@dataclass(frozen=True)
class Layout:
    """How one file is read: its table, new names of old columns, values it implies, and columns it must have.

    `needed` is a list of alternatives: of each group one column must be there (names of today).
    """

    table: str
    renames: dict[str, str] = field(default_factory=dict)
    implied: dict[str, str] = field(default_factory=dict)
    needed: tuple[tuple[str, ...], ...] = ()
    ignored: frozenset[str] = frozenset()


OWNER = ("service_id", "location_id", "service_at_location_id", "organization_id", "contact_id", "phone_id")
ID = ("id",)
NAMED = (ID, ("name",))

_ADDRESS = {"address_type": "physical"}
_OLD_SCHEDULE = {"weekday": "byday", "original_text": "description", "start_date": "valid_from", "end_date": "valid_to"}
_OLD_SERVICE = {"fees": "fees_description", "eligibility": "eligibility_description"}

LAYOUTS: dict[str, Layout] = {
    "organizations": Layout("organization", {"url": "website"}, needed=NAMED),
    "programs": Layout("program", needed=NAMED),
    "services": Layout("service", _OLD_SERVICE, needed=NAMED),
    "locations": Layout("location", needed=(ID,)),
    "service_at_location": Layout("service_at_location", needed=(("service_id",), ("location_id",))),
    "addresses": Layout("address", implied=_ADDRESS, needed=(("location_id",),)),
    "physical_addresses": Layout("address", implied=_ADDRESS, needed=(OWNER,)),
    "postal_addresses": Layout("address", implied={"address_type": "postal"}, needed=(OWNER,)),
    "phones": Layout("phone", needed=(("number",),)),
    "contacts": Layout("contact", needed=(OWNER,)),
    "schedules": Layout("schedule", _OLD_SCHEDULE, needed=(OWNER,)),
    "regular_schedules": Layout("schedule", _OLD_SCHEDULE, needed=(OWNER,)),
    "holiday_schedules": Layout("schedule", _OLD_SCHEDULE, needed=(OWNER,)),
    "languages": Layout("language", {"language": "name"}, needed=(OWNER, ("name", "code", "note"))),
    "accessibility": Layout("accessibility", {"accessibility": "description"}, needed=(("location_id",),)),
    "service_areas": Layout("service_area", {"service_area": "name"}, needed=(OWNER,)),
    "eligibility": Layout(ELIGIBILITY, needed=(("service_id",), ("eligibility",))),
    "payment_accepted": Layout(PAYMENT_ACCEPTED, {"payment": "payment_accepted"}, needed=(("service_id",),)),
    "required_documents": Layout("required_document", needed=(("service_id",),)),
    "cost_options": Layout("cost_option", needed=(("service_id",),)),
    "funding": Layout("funding", needed=(OWNER,)),
    "url": Layout("url", needed=(("url",),)),
    "organization_identifiers": Layout("organization_identifier", needed=(("organization_id",), ("identifier",))),
    "units": Layout("unit", needed=NAMED),
    "service_capacity": Layout("service_capacity", needed=(("service_id",), ("unit_id",))),
    "taxonomies": Layout("taxonomy", needed=NAMED),
    "taxonomy_terms": Layout(
        "taxonomy_term", {"term": "name", "vocabulary": "taxonomy"}, needed=NAMED, ignored=frozenset({"parent_name"})
    ),
    "attributes": Layout("attribute", needed=(("link_id",), ("taxonomy_term_id",))),
    "services_taxonomy": Layout(
        "attribute",
        {"service_id": "link_id", "taxonomy_id": "taxonomy_term_id", "taxonomy_detail": "value"},
        {"link_entity": "service"},
        needed=(("link_id",), ("taxonomy_term_id",)),
    ),
    "service_attributes": Layout(
        "attribute",
        {"service_id": "link_id"},
        {"link_entity": "service"},
        needed=(("link_id",), ("taxonomy_term_id",)),
    ),
    "other_attributes": Layout("attribute", {"link_type": "link_entity"}, needed=(("link_id",), ("taxonomy_term_id",))),
    "metadata": Layout("metadata", needed=(("resource_id",), ("resource_type",))),
    "meta_table_descriptions": Layout("meta_table_description", needed=(ID,)),
}

#: Other names under which the same files are met.
ALSO = {
    "organization": "organizations",
    "program": "programs",
    "service": "services",
    "location": "locations",
    "services_at_location": "service_at_location",
    "service_at_locations": "service_at_location",
    "services_at_locations": "service_at_location",
    "address": "addresses",
    "physical_address": "physical_addresses",
    "postal_address": "postal_addresses",
    "phone": "phones",
    "contact": "contacts",
    "schedule": "schedules",
    "regular_schedule": "regular_schedules",
    "holiday_schedule": "holiday_schedules",
    "language": "languages",
    "accessibilities": "accessibility",
    "accessibility_for_disabilities": "accessibility",
    "service_area": "service_areas",
    "eligibilities": "eligibility",
    "payments_accepted": "payment_accepted",
    "required_document": "required_documents",
    "cost_option": "cost_options",
    "fundings": "funding",
    "urls": "url",
    "organization_identifier": "organization_identifiers",
    "unit": "units",
    "service_capacities": "service_capacity",
    "taxonomy": "taxonomies",
    "taxonomy_types": "taxonomies",
    "taxonomy_term": "taxonomy_terms",
    "attribute": "attributes",
    "service_attribute": "service_attributes",
    "service_taxonomy": "services_taxonomy",
    "other_attribute": "other_attributes",
    "meta_table_description": "meta_table_descriptions",
}

#: ORServices writes the 2.0 taxonomy under names of its own; its `taxonomy_id` is a number of its own database.
ORSERVICES_TERMS = Layout(
    "taxonomy_term",
    {
        "taxonomy_recordid": "id",
        "taxonomy_name": "name",
        "taxonomy_parent_name": "parent_id",
        "taxonomy": "taxonomy_id",
        "taxonomy_x_description": "description",
        "taxonomy_vocabulary": "taxonomy",
    },
    needed=NAMED,
    ignored=frozenset({"taxonomy_id"}),
)
ORSERVICES_TAXONOMIES = Layout(
    "taxonomy", {"taxonomy_type_recordid": "id", "reference_url": "uri", "notes": "description"}, needed=NAMED
)
#: In 1.1 the file taxonomy.csv holds the terms; the codes are their ids.
TERMS_OF_1_1 = frozenset({"parent_id", "parent_name", "vocabulary"})


def layout_of(name: str, columns: tuple[str, ...]) -> Layout | None:
    """Return how a file is read, by its name without folder and by its columns, or None for a file of another kind."""
    stem = name.rsplit(".", 1)[0].lower()
    if "taxonomy_recordid" in columns and "taxonomy_name" in columns:
        return ORSERVICES_TERMS
    if "taxonomy_type_recordid" in columns and "name" in columns:
        return ORSERVICES_TAXONOMIES
    if stem == "taxonomy" and TERMS_OF_1_1 & set(columns):
        return LAYOUTS["taxonomy_terms"]
    return LAYOUTS.get(ALSO.get(stem, stem))


def names_of_today(layout: Layout, columns: tuple[str, ...]) -> dict[str, str]:
    """Return column to today's name, for the columns that are read."""
    return {column: layout.renames.get(column, column) for column in columns if column and column not in layout.ignored}
