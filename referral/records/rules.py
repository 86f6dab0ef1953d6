"""What a line of the schedule of retention says; the lines themselves stand in retention.py."""

from dataclasses import dataclass
from datetime import timedelta

from referral.records.class_names import DataClass
from referral.records.sweeps import Sweep

DAYS_90 = timedelta(days=90)
MINIMUM = "45 CFR 164.502(b), minimum necessary"
JUDGED = "judgement of the project"

#: The rest of a record's rows.
RECORD = (
    "patient, patient_name_token, patient_phone, patient_correction, patient_merge, patient_proxy, patient_bar, "
    "screening, need, need_plan, prescription, referral, referral_move, testimony, "
    "question, message_attempt, contact_attempt, contact_plan, hand_over, thread_message, "
    "appointment, assignment, reroute_alternative, late_answer, plan_code, plan_word, plan_need, referral_rating, "
    "household_member, texting_pause, staff_notice"
)
#: The directory: the tables of the standard, and those that make it searchable.
DIRECTORY = (
    "accessibility, address, attribute, contact, cost_option, directory_source, funding, language, "
    "location, meta_table_description, metadata, organization, organization_identifier, phone, program, "
    "required_document, schedule, service, service_area, service_at_location, service_capacity, "
    "service_need, service_text, taxonomy, taxonomy_term, unit, url"
)


@dataclass(frozen=True)
class Rule:
    """One line of the schedule. `keep`: None is "until the record is erased", or for ever where there is none.

    `sweep(session, keep)` removes at most BATCH rows and returns how many; `tables` are what the line is about, parted
    by ", ".
    """

    name: str
    tables: str
    data_class: DataClass
    keep: timedelta | None
    then: str
    reason: str
    source: str
    sweep: Sweep | None = None

    def kept_for(self) -> str:
        """Return how long, in words for the table."""
        if self.keep is None:
            return "no end"
        if not self.keep:
            return "not at all"
        if self.keep < timedelta(days=1):
            return f"{self.keep // timedelta(minutes=1)} minutes"
        return "1 day" if self.keep.days == 1 else f"{self.keep.days} days"
