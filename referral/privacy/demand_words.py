"""The words of the register of legal demands."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.privacy.demand_states import Demander, DemandKind, DemandScope, DemandState, DemandStep

DEMANDERS: Mapping[str, LazyString] = {
    Demander.POLICE: _l("Police or another law enforcement agency"),
    Demander.COURT: _l("A court"),
    Demander.IMMIGRATION: _l("Immigration authorities"),
    Demander.OTHER: _l("Somebody else"),
}

KINDS: Mapping[str, LazyString] = {
    DemandKind.SUBPOENA: _l("Subpoena"),
    DemandKind.COURT_ORDER: _l("Court order"),
    DemandKind.WARRANT: _l("Warrant"),
    DemandKind.REQUEST: _l("A request without an order"),
}

ABOUT: Mapping[str, LazyString] = {
    DemandScope.ONE_PATIENT: _l("One named patient"),
    DemandScope.MANY: _l("Many people, or a list"),
}

STATES: Mapping[str, LazyString] = {
    DemandState.OPEN: _l("Open"),
    DemandState.ANSWERED: _l("Answered"),
    DemandState.REFUSED: _l("Refused"),
    DemandState.CLOSED: _l("Entered in error"),
}

#: Tone of a state's badge.
TONES: Mapping[str, str] = {
    DemandState.OPEN: "wait",
    DemandState.ANSWERED: "good",
    DemandState.REFUSED: "good",
    DemandState.CLOSED: "void",
}

#: What one can choose to write down.
STEPS: Mapping[str, LazyString] = {
    DemandStep.ASK_COUNSEL: _l("We asked our counsel"),
    DemandStep.NARROW: _l("It was narrowed: less is asked now"),
    DemandStep.ANSWER: _l("We answered it"),
    DemandStep.REFUSE: _l("We refused it"),
    DemandStep.CLOSE_IN_ERROR: _l("It was entered in error"),
}

#: The same in the history.
HAPPENED: Mapping[str, LazyString] = {
    DemandStep.RECORDED: _l("The demand came."),
    DemandStep.ASK_COUNSEL: _l("Counsel was asked."),
    DemandStep.NARROW: _l("It was narrowed."),
    DemandStep.ANSWER: _l("It was answered."),
    DemandStep.REFUSE: _l("It was refused."),
    DemandStep.CLOSE_IN_ERROR: _l("It was closed: entered in error."),
}

#: The state whose mark stands beside each in the history.
MARKS: Mapping[str, str] = {
    DemandStep.RECORDED: "requested",
    DemandStep.ASK_COUNSEL: "in_progress",
    DemandStep.NARROW: "in_progress",
    DemandStep.ANSWER: "answered",
    DemandStep.REFUSE: "answered",
    DemandStep.CLOSE_IN_ERROR: "closed",
}
