"""The words of to-dos on pages: why somebody must act and what to do, how contact was tried, and what needs became."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.navigation.states import CallSaid, ContactChannel, PlannedChannel, ToDoView
from referral.screening.states import NeedStatus
from referral.todos.models import ToDoReason

R = ToDoReason

#: Why, as the row of the list says it.
REASONS: Mapping[str, LazyString] = {
    R.CALL_INSTEAD_OF_TEXT: _l("Cannot be texted: call"),
    R.PATIENT_ASKED_FOR_CALL: _l("Asked for a call"),
    R.PATIENT_WROTE: _l("Wrote to us"),
    R.PATIENT_STOPPED_TEXTS: _l("Stopped our texts"),
    R.UNCLEAR_REPLY: _l("Answered, but we do not understand it"),
    R.NO_REPLY: _l("Did not answer our question"),
    R.NOT_HELPED: _l("Says that help did not come"),
    R.ANSWERS_DIFFER: _l("The two sides say different things"),
    R.ORGANIZATION_SILENT: _l("The organization has not been in touch"),
    R.ORGANIZATION_DECLINED: _l("The organization declined"),
    R.ORGANIZATION_UNREACHABLE: _l("Our message does not reach the organization"),
    R.REFERRAL_EXPIRED: _l("No answer came in time"),
    R.MESSAGE_STUCK: _l("Our text did not go out"),
    R.CRISIS: _l("May be in danger"),
    R.WRONG_NUMBER: _l("Wrong number"),
    R.LATE_ANSWER: _l("An answer came late"),
    R.CONFIRM_NEED: _l("A need waits to be confirmed"),
    R.OFFER_AGAIN: _l("Wanted to be asked again later"),
    R.ORGANIZATION_ASKS: _l("The organization asks something"),
    R.PATIENT_MOVED_HERE: _l("Came here from another clinic"),
    R.NEXT_CONTACT: _l("It is time for the next try"),
    R.CHOSE_OTHER_PLACE: _l("Chose another place"),
    R.OTHER: _l("Needs a person"),
}

#: What to do next, one or two sentences.
NEXT_STEPS: Mapping[str, LazyString] = {
    R.CALL_INSTEAD_OF_TEXT: _l("Call, and ask what the text would have asked."),
    R.PATIENT_ASKED_FOR_CALL: _l("Call. If they want another place, prescribe it together, and name the organization."),
    R.PATIENT_WROTE: _l("Read what they wrote, then call."),
    R.PATIENT_STOPPED_TEXTS: _l("Call instead from now on. Only the patient can start texts again."),
    R.UNCLEAR_REPLY: _l("Read what they wrote. If it is still unclear, call and ask."),
    R.NO_REPLY: _l("Call, and ask what happened."),
    R.NOT_HELPED: _l("Call, ask what went wrong, and prescribe another place."),
    R.ANSWERS_DIFFER: _l("Look at both answers side by side, then ask the side you doubt. Neither is overwritten."),
    R.ORGANIZATION_SILENT: _l("Call the organization. If it cannot take the request, prescribe another place."),
    R.ORGANIZATION_DECLINED: _l("Offer the patient another place. Nothing is shared until they agree."),
    R.ORGANIZATION_UNREACHABLE: _l("Call the organization, and correct its address in the directory."),
    R.REFERRAL_EXPIRED: _l("Offer the patient another place. Nothing is shared until they agree."),
    R.MESSAGE_STUCK: _l("Call the patient, and check the phone number."),
    R.CRISIS: _l("Call now. Follow your clinic's rules for people in danger."),
    R.WRONG_NUMBER: _l("Find the right number. The old one gets no more texts."),
    R.LATE_ANSWER: _l("See whether it changes what should happen now."),
    R.CONFIRM_NEED: _l("Ask the patient whether it is so, and whether they want help."),
    R.OFFER_AGAIN: _l("Ask whether they want help now."),
    R.ORGANIZATION_ASKS: _l("Read the question and answer it on the referral's page."),
    R.PATIENT_MOVED_HERE: _l("Call, say who you are, and take consent for texts anew."),
    R.NEXT_CONTACT: _l("Try again in the way that the plan says."),
    R.CHOSE_OTHER_PLACE: _l("Take their consent for this organization, then sign."),
    R.OTHER: _l("Read the note."),
}

VIEWS: Mapping[ToDoView, LazyString] = {
    ToDoView.MINE: _l("Mine"),
    ToDoView.DEPUTY: _l("Where I stand in"),
    ToDoView.ALL: _l("All open"),
    ToDoView.DONE: _l("Done"),
}

EMPTY: Mapping[ToDoView, LazyString] = {
    ToDoView.MINE: _l("Nothing waits for you. Nobody of yours is about to be failed."),
    ToDoView.DEPUTY: _l("You stand in for nobody just now."),
    ToDoView.ALL: _l("Nothing waits. Nobody is about to be failed."),
    ToDoView.DONE: _l("Nothing has been done yet."),
}

CHANNELS: Mapping[str, LazyString] = {
    ContactChannel.PHONE: _l("By phone"),
    ContactChannel.IN_PERSON: _l("In person, here"),
    ContactChannel.HOME_VISIT: _l("At their home"),
    ContactChannel.VIDEO: _l("By video"),
    ContactChannel.LETTER: _l("By letter"),
}

#: What came of the call to a patient, as whoever finishes the to-do says it.
CALL_TO_PATIENT: Mapping[CallSaid, LazyString] = {
    CallSaid.REACHED: _l("I called, and reached them"),
    CallSaid.TRIED: _l("I called, and did not reach them"),
    CallSaid.THEY_CAME: _l("No call: they called or came themselves"),
    CallSaid.NOT_WANTED: _l("No call: they do not want one"),
    CallSaid.NO_CALL: _l("No call, for another reason: say which above"),
}

#: What came of the call to an organization.
CALL_TO_ORGANIZATION: Mapping[CallSaid, LazyString] = {
    CallSaid.REACHED: _l("I called, and spoke with somebody there"),
    CallSaid.TRIED: _l("I called, and nobody answered"),
    CallSaid.NO_CALL: _l("No call, for another reason: say which above"),
}

#: What is kept of a call that was not made.
NO_CALL: Mapping[CallSaid, LazyString] = {
    CallSaid.THEY_CAME: _l("Not called: they called or came themselves."),
    CallSaid.NOT_WANTED: _l("Not called: they do not want a call."),
    CallSaid.NO_CALL: _l("Not called."),
}

#: What is kept of the call to an organization: no list of attempts tells of it.
ORGANIZATION_CALLED: Mapping[CallSaid, LazyString] = {
    CallSaid.REACHED: _l("Called the organization, and spoke with somebody there."),
    CallSaid.TRIED: _l("Called the organization; nobody answered."),
    CallSaid.NO_CALL: _l("Not called."),
}

#: How the next try is to be made.
PLANNED: Mapping[str, LazyString] = {
    PlannedChannel.PHONE: _l("A call"),
    PlannedChannel.TEXT: _l("The question by text"),
    PlannedChannel.IN_PERSON: _l("At their next visit here"),
    PlannedChannel.HOME_VISIT: _l("A visit at their home"),
    PlannedChannel.VIDEO: _l("A video call"),
    PlannedChannel.LETTER: _l("A letter"),
}

#: What the patient says of the need itself.
NEED_NOW: Mapping[str, LazyString] = {
    NeedStatus.MET: _l("Yes, it is met"),
    NeedStatus.PARTLY: _l("Partly"),
    NeedStatus.OPEN: _l("No, they still need help"),
    NeedStatus.GONE: _l("It has gone away by itself"),
}
