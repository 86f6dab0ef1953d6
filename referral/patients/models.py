"""Tables of patients: the person, name tokens for finding them, phones."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import INSTALLATION, KeyOwner, SealedRow, sealed
from referral.kit.scope import ClinicOwned
from referral.patients.states import PhoneHolder, PrivacyLevel, SmsSafety
from resources_directory.db import Base


class Patient(Identified, SealedRow, KeyOwner, ClinicOwned, Base):
    """A person of one clinic."""

    __tablename__ = "patient"
    __table_args__ = (
        one_of("privacy_level", PrivacyLevel),
        Index("ix_patient_clinic_created", "clinic_id", "created_at"),
    )

    given_name_sealed: Mapped[bytes | None]
    family_name_sealed: Mapped[bytes | None]
    second_family_name_sealed: Mapped[bytes | None]
    chosen_name_sealed: Mapped[bytes | None]
    #: ISO date.
    birth_date_sealed: Mapped[bytes | None]
    birth_date_index: Mapped[bytes | None] = mapped_column(index=True)
    record_number_sealed: Mapped[bytes | None]
    record_number_index: Mapped[bytes | None] = mapped_column(index=True)
    zip_code_sealed: Mapped[bytes | None]
    #: BCP 47, or "none" for a person who reads no language; unknown is NULL and is asked.
    written_language: Mapped[str | None]
    spoken_language: Mapped[str | None]
    interpreter_needed: Mapped[bool] = mapped_column(default=False)
    privacy_level: Mapped[str] = mapped_column(default=PrivacyLevel.STANDARD)
    #: When somebody wrote down that the patient has died.
    deceased_at: Mapped[datetime | None]
    #: ISO date of the death, where it is known.
    death_date_sealed: Mapped[bytes | None]
    #: Need domains that the patient keeps to themselves, parted by blanks: whoever speaks for them learns nothing.
    private_domains_sealed: Mapped[bytes | None]
    #: The record that stands for this one. No foreign key: SQLite would copy the table to add one.
    merged_into_id: Mapped[UUID | None] = mapped_column(index=True)
    #: Another clinic has taken over.
    moved_at: Mapped[datetime | None]
    #: The record was erased: only the skeleton that counts rest on is left.
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    given_name = sealed("given_name_sealed")
    family_name = sealed("family_name_sealed")
    second_family_name = sealed("second_family_name_sealed")
    chosen_name = sealed("chosen_name_sealed")
    birth_date_text = sealed("birth_date_sealed")
    record_number = sealed("record_number_sealed")
    zip_code = sealed("zip_code_sealed")
    death_date_text = sealed("death_date_sealed")
    private_domains_text = sealed("private_domains_sealed")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own shape

    @property
    def patient_id(self) -> UUID:
        """Return the patient's own id: a patient's row is about themselves."""
        return self.id


class PatientNameToken(Identified, ClinicOwned, PatientOwned, Base):
    """One keyed token of a patient's names: a whole word, or its first three letters."""

    __tablename__ = "patient_name_token"
    __table_args__ = (Index("ix_patient_name_token_token", "clinic_id", "token"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), index=True)
    token: Mapped[bytes]


class PhoneNumber(Identified, SealedRow, Base):
    """A phone of the world, shared by all clinics: a STOP counts everywhere."""

    __tablename__ = "phone_number"

    number_sealed: Mapped[bytes | None]
    #: Keyed index of the E.164 form.
    number_index: Mapped[bytes] = mapped_column(unique=True)
    #: Set while the number wants no texts; lifted by START or a new recorded consent.
    opted_out_at: Mapped[datetime | None]
    #: Set when the provider says that the number takes no texts.
    unusable_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    number = sealed("number_sealed")

    def seal_owner_id(self) -> UUID:
        """Return the installation: numbers belong to no one patient."""
        return INSTALLATION


class PatientPhone(Identified, ClinicOwned, PatientOwned, Base):
    """A clinic's knowledge of how a patient is reached on one phone."""

    __tablename__ = "patient_phone"
    __table_args__ = (one_of("holder", PhoneHolder), one_of("sms_ok", SmsSafety))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), index=True)
    phone_number_id: Mapped[UUID] = mapped_column(ForeignKey("phone_number.id"), index=True)
    holder: Mapped[str] = mapped_column(default=PhoneHolder.SELF)
    #: Others read what arrives on it.
    is_shared: Mapped[bool] = mapped_column(default=False)
    #: Unknown means no texts.
    sms_ok: Mapped[str] = mapped_column(default=SmsSafety.UNKNOWN)
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
