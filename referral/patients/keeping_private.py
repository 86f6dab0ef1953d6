"""Writing down which needs a patient keeps to themselves, beside others who do the same."""

from collections.abc import Iterable
from uuid import UUID

from referral.kit.scope import ScopedSession
from referral.patients.corrections import note_corrections
from referral.patients.models import Patient
from referral.patients.proxies import private_domains
from resources_directory.needs import NeedDomain


def keep_private(
    session: ScopedSession,
    patient: Patient,
    domains: Iterable[NeedDomain],
    *,
    by: UUID,
    opened: Iterable[NeedDomain] | None = None,
) -> frozenset[NeedDomain]:
    """Write down which needs the patient keeps to themselves; return those that others changed meanwhile. Flushes.

    `opened`: what stood there when somebody began: of every other need it stays as it stands now, whoever wrote it.
    None: nothing is known of that, so nothing that is private now is opened to others.
    Whoever saves at this very moment is waited for.
    """
    session.refresh(patient, with_for_update=True)
    stands, wanted, seen = private_domains(patient), frozenset(domains), frozenset(opened or ())
    kept = (stands | (wanted - seen)) - (seen - wanted)
    before = patient.private_domains_text
    patient.private_domains_text = " ".join(sorted(kept)) or None
    after = patient.private_domains_text
    note_corrections(session, patient, before={"private_domains": before}, after={"private_domains": after}, by=by)
    return kept ^ wanted
