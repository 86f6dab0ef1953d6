"""What a filled prescribing form shares with the services chosen: what each of them needs, less what is left out."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from referral.patients.told_facts import TOLD_FACTS
from referral.prescriptions.forms import LineForm, PrescribeForm, field_choices
from referral.prescriptions.offers import Offer, Offered
from referral.prescriptions.orders import fields_of


def settle_fields(form: PrescribeForm, offers: Sequence[Offer]) -> None:
    """Let each line share no more than its chosen service needs; a service chosen anew starts from what is usual.

    What the patient left out for the service chosen before stays left out.
    """
    by_need = {str(offer.need.id): offer for offer in offers}
    for entry in form.lines:
        line: LineForm = entry.form
        offer = by_need.get(line.need_id.data)
        chosen = offer.service(line.service.data) if offer else None
        if offer is not None and chosen is not None:
            _settle(line, chosen, before=offer.service(line.offered_for.data))
        else:
            line.fields_shared.data, line.hears_back.data = [], False  # nobody is asked


def words_changed(form: PrescribeForm, *, signing: bool) -> bool:
    """Return True if a line shares other fields than the words named that the page showed: agreement is asked anew.

    `signing`: it is said beside the box, for whoever is about to sign.
    """
    changed = False
    for number in form.chosen():
        line: LineForm = form.lines[number].form
        if not line.is_sent or not line.worded.data or line.worded.data == " ".join(fields_of(line)):
            continue
        changed, line.agreed.data = True, False
        if signing:
            text = _l(
                "The words have changed with what is shared. Read them once more, then say if the patient agrees."
            )
            line.agreed.errors = [*line.agreed.errors, text]
    return changed


def _settle(line: LineForm, chosen: Offered, *, before: Offered | None) -> None:
    offered, ticked = chosen.fields, {*(line.fields_shared.data or ())}
    if before is not None and before is not chosen:
        line.hears_back.data = False
        ticked = {*offered.usual} - ({*before.fields.usual} - ticked)
    elif before is None and not ticked:
        ticked = {*offered.usual}
    line.fields_shared.data = [str(field) for field in offered.choices if field in ticked]
    line.fields_shared.choices = field_choices(offered.choices)
    for field in TOLD_FACTS:
        if field not in offered.fields:
            line[field].data = ""
    line.offered_for.data = str(chosen.hit.service_id)
