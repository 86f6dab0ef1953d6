"""Where the answers of a screening differ from what is on file of a need: a person asks which is right.

What the patient once confirmed stays on file until then. A yes puts it in question (actions.py), so that the need waits
to be confirmed; any other answer changes nothing, and is shown.
"""

from datetime import datetime

from referral.kit.scope import ScopedSession
from referral.screening.instrument_library import instrument_of
from referral.screening.instruments import Instrument, needs_check
from referral.screening.models import Need, Screening
from referral.screening.queries import answers_of, live_need
from referral.screening.scoring import Said, said_of_needs
from referral.screening.states import NeedStatus, WantsHelp


def filled(session: ScopedSession, screening: Screening) -> tuple[Instrument, dict[str, str]]:
    """Return the very version of the instrument that was asked, and link id to value of what was answered."""
    instrument = instrument_of(session, screening.instrument, screening.instrument_version) or needs_check()
    return instrument, answers_of(session, screening.id)


def on_file(need: Need) -> tuple[WantsHelp, datetime] | None:
    """Return what the patient had confirmed of a need, and when; None where they never have."""
    if need.confirmed_at is None:
        return None
    if need.status == NeedStatus.UNCONFIRMED and need.wanted_before is not None:
        return WantsHelp(need.wanted_before), need.confirmed_at
    return (WantsHelp(need.wants_help), need.confirmed_at) if need.status != NeedStatus.UNCONFIRMED else None


def differs(need: Need, said: Said, screening: Screening) -> bool:
    """Return True if an answer says something else of a need than stands, and nobody has asked the patient since."""
    if need.confirmed_at is not None and need.confirmed_at >= screening.completed_at:
        return False
    known = on_file(need)
    stands = known[0] if known is not None else WantsHelp(need.wants_help)
    if said.wants is not None and said.positive:
        return said.wants != stands
    return stands is WantsHelp.YES and (said.denies or said.wants is not None)


def still_differs(session: ScopedSession, screening: Screening) -> bool:
    """Return True while a need stands of which this screening says something else."""
    for said in said_of_needs(*filled(session, screening)):
        need = live_need(session, screening.patient_id, said.domain)
        if need is not None and differs(need, said, screening):
            return True
    return False
