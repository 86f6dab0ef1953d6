"""A service that was chosen and cannot be any more: the patient barred its organization, or it left the directory."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.accounts.principal import Signed
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.patients.barring import barred_organizations
from referral.patients.policies import PatientPermission
from referral.prescriptions.forms import LineForm, PrescribeForm
from referral.prescriptions.sheets import Sheet
from referral.screening.saying_when import as_id
from resources_directory.search import get_services

BARRED = _l(
    "The patient wants nothing to do with this organization: it was written down meanwhile. Choose another service, or "
    "nothing for now."
)
GONE = _l("The service that was chosen cannot be chosen any more. Choose another one, or nothing for now.")


def no_longer_offered(session: ScopedSession, sheet: Sheet, form: PrescribeForm, *, person: Signed) -> bool:
    """Return True if a chosen service is not offered any more; its choice is emptied and the reason stands beside it.

    All else that was chosen and typed stays. That the patient barred it is told to whoever may know it.
    """
    lost = [entry.form for entry in form.lines if _is_lost(sheet, entry.form)]
    if not lost:
        return False
    barred = barred_organizations(session, sheet.patient.id) if person.allows(PatientPermission.NAME_WISHES) else ()
    chosen = {line.need_id.data: as_id(line.service.data) for line in lost}
    found = get_services(session, list(filter(None, chosen.values())), near=None, now=clock.now())
    for line in lost:
        service_id = chosen[line.need_id.data]
        hit = found.get(service_id) if service_id else None
        why: LazyString = BARRED if hit is not None and hit.organization_id in barred else GONE
        line.service.data = None
        line.service.errors = [why]
    return True


def _is_lost(sheet: Sheet, line: LineForm) -> bool:
    offer = sheet.by_need.get(line.need_id.data)
    return bool(as_id(line.service.data)) and offer is not None and offer.service(line.service.data) is None
