"""What a legal demand is, and what may be done about it next: a machine."""

from enum import StrEnum

from referral.kit.state_machine import Machine
from referral.privacy.policies import PrivacyPermission


class Demander(StrEnum):
    """Who demands."""

    POLICE = "police"
    COURT = "court"
    IMMIGRATION = "immigration"
    OTHER = "other"


class DemandKind(StrEnum):
    """On what paper, if any."""

    SUBPOENA = "subpoena"
    COURT_ORDER = "court_order"
    WARRANT = "warrant"
    REQUEST = "request"


class DemandScope(StrEnum):
    """Whom it is about."""

    ONE_PATIENT = "one_patient"
    MANY = "many"


class DemandState(StrEnum):
    """Where it stands."""

    OPEN = "open"
    ANSWERED = "answered"
    REFUSED = "refused"
    CLOSED = "closed"


class DemandStep(StrEnum):
    """What was done."""

    RECORDED = "recorded"
    ASK_COUNSEL = "ask_counsel"
    NARROW = "narrow"
    ANSWER = "answer"
    REFUSE = "refuse"
    CLOSE_IN_ERROR = "close_in_error"


_S, _E = DemandState, DemandStep

DEMAND_MACHINE: Machine[DemandState, DemandStep] = Machine(
    name="legal demand",
    initial=_S.OPEN,
    moves={
        (_S.OPEN, _E.ASK_COUNSEL): _S.OPEN,
        (_S.OPEN, _E.NARROW): _S.OPEN,
        (_S.OPEN, _E.ANSWER): _S.ANSWERED,
        (_S.OPEN, _E.REFUSE): _S.REFUSED,
        (_S.OPEN, _E.CLOSE_IN_ERROR): _S.CLOSED,
        # A court may insist on what was refused.
        (_S.REFUSED, _E.ASK_COUNSEL): _S.REFUSED,
        (_S.REFUSED, _E.NARROW): _S.REFUSED,
        (_S.REFUSED, _E.ANSWER): _S.ANSWERED,
        (_S.REFUSED, _E.CLOSE_IN_ERROR): _S.CLOSED,
    },
    who=dict.fromkeys((_E.ASK_COUNSEL, _E.NARROW, _E.ANSWER, _E.REFUSE, _E.CLOSE_IN_ERROR), PrivacyPermission.DEMANDS),
)
