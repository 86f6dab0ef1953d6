"""Pages about the instruments: what there is, whose it is, what each answer means; and the sheet of paper."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from referral.kit.errors import NotFound
from referral.kit.i18n import LANGUAGES, current_language, speaking
from referral.kit.patient_language import patient_language
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.screening.instrument_library import OnShelf, instrument_by_id, instrument_of, offered_instruments, shelf
from referral.screening.instruments import needs_check
from referral.screening.policies import ScreeningPermission
from referral.screening.question_forms import AT, named
from referral.screening.steps import numbered_questions, steps_of
from referral.screening.words import NEEDS

blueprint = Blueprint("instruments", __name__, url_prefix="/instruments", template_folder="templates")


def one_instrument(session: ScopedSession, instrument_id: UUID) -> OnShelf | None:
    """Return the version of the address."""
    return instrument_by_id(session, instrument_id)


@blueprint.get("")
@requires(ScreeningPermission.SCREEN)
def index() -> ResponseReturnValue:
    """Show every instrument with its versions, and the sheets to print."""
    found = shelf(request_session())
    own = next(each for each in found if each.id is None)
    return render_template("screening/instruments.html", shelf=found, own=_shown(own), named=named)


@blueprint.get("/<uuid:instrument_id>")
@requires(ScreeningPermission.SCREEN, load=one_instrument)
def show(found: OnShelf) -> ResponseReturnValue:
    """Show one version: questions, codes, what answers mean, licence and citation."""
    return render_template("screening/instrument.html", **_shown(found))


@blueprint.get("/paper")
@requires(ScreeningPermission.SCREEN)
def paper() -> ResponseReturnValue:
    """Show the sheet to print. It names nobody; its numbers are those of the page on which it is typed in.

    `?instrument=`: key@version; `?language=`: the patient's. Questions on safety are not on paper.
    """
    session = request_session()
    key, _at, version = request.args.get("instrument", named(needs_check())).partition(AT)
    instrument = instrument_of(session, key, version)
    language = request.args.get("language", "")
    if instrument is None:
        raise NotFound
    if language not in instrument.languages:
        language = instrument.languages[0]
    return render_template(
        "screening/paper.html",
        instrument=instrument,
        language=language,
        direction=LANGUAGES[language].direction if language in LANGUAGES else "ltr",
        steps=steps_of(instrument, alone=False),
        words=_sheet_words(language),
        topics=_topics(language) if instrument.wants else {},
        offered=offered_instruments(session),
        named=named,
    )


def _sheet_words(language: str) -> dict[str, str]:
    """Return what the sheet says beside its questions, in the patient's language."""
    with speaking(patient_language(language).shown.code):
        return {"name": _("Name"), "date": _("Date"), "many": _("(tick all that are so)")}


def _topics(language: str) -> dict[str, str]:
    with speaking(patient_language(language).shown.code):
        return {domain: str(words) for domain, words in NEEDS.items()}


def _shown(found: OnShelf) -> dict[str, object]:
    instrument = found.instrument
    return {
        "found": found,
        "instrument": instrument,
        "language": current_language().code,
        "questions": numbered_questions(instrument, alone=True),
        "needs": NEEDS,
    }
