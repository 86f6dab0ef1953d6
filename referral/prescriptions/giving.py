"""Whether the organizations of a form can reach the patient with what they are given; where not, it is said."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.kit.scope import ScopedSession
from referral.patients.proxies import phone_is_kept_back, phone_to_give
from referral.patients.states import SharedField
from referral.prescriptions.forms import LineForm, PrescribeForm
from referral.prescriptions.orders import fields_of
from referral.prescriptions.sheets import Sheet

KEPT_BACK = _l(
    "Somebody else holds the phone, so the organization does not get it for this need. Say in a note how they can "
    "reach the patient."
)
NO_PHONE = _l("They get no phone number, so they cannot call the patient. The slip says: call them, or go there.")
NO_PHONE_NO_NAME = _l(
    "They get neither a name nor a phone number, so they cannot reach the patient. Share one of the two, or choose "
    "that the patient goes or calls. Signed like this, the slip says: call them, or go there."
)


def reach_words(session: ScopedSession, sheet: Sheet, form: PrescribeForm) -> dict[int, list[LazyString]]:
    """Return line to what must be said of how its organization reaches the patient, in sentences.

    Left out: lines that ask nobody, that have chosen nothing to share yet, or whose organization gets a phone.
    """
    found: dict[int, list[LazyString]] = {}
    for number in form.chosen():
        line: LineForm = form.lines[number].form
        offer = sheet.by_need.get(line.need_id.data)
        if offer is None or not line.is_sent or not line.offered_for.data:
            continue
        fields, domain = fields_of(line), offer.need.domain
        if SharedField.PHONE in fields and phone_to_give(session, sheet.patient, domain):
            continue
        found[number] = [NO_PHONE if SharedField.NAME in fields else NO_PHONE_NO_NAME]
        if phone_is_kept_back(session, sheet.patient, domain):
            found[number].insert(0, KEPT_BACK)
    return found
