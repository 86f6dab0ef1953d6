"""The words of a call: the questions of our texts as somebody would ask them, and what each answer means."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.followups.states import QuestionKind as K

#: What is asked, as one says it. None of them names a need or an organization.
QUESTIONS: Mapping[str, LazyString] = {
    K.CHECK_CONTACT: _l("Has anybody been in touch with you about what you asked us for?"),
    K.CHECK_OUTCOME: _l("Did you get what you asked us for?"),
    K.REASON: _l("I am sorry to hear it. What went wrong?"),
    K.NEXT_STEP: _l("May we look for another place for you?"),
    K.OTHER_PLACE: _l("The place that we asked cannot help just now. May we look for another place?"),
    K.WAITLISTED: _l("You are on a waiting list. Do you want to keep your place on it?"),
}

_YES, _NO, _NO_LONGER = _l("Yes"), _l("No, not yet"), _l("They no longer need it")
_LOOK, _KEEP = _l("Yes, look for another place"), _l("Yes, keep my place")

#: What each digit of a question means, as whoever listens chooses it.
ANSWERS: Mapping[str, Mapping[str, LazyString]] = {
    K.CHECK_CONTACT: {"1": _YES, "2": _NO, "3": _NO_LONGER},
    K.CHECK_OUTCOME: {"1": _YES, "2": _NO, "3": _NO_LONGER},
    K.REASON: {
        "4": _l("Nobody called"),
        "5": _l("They did not qualify"),
        "6": _l("It is too far, or there is no ride"),
        "7": _l("The wait is too long"),
        "8": _l("Something else"),
    },
    K.NEXT_STEP: {"1": _LOOK, "3": _NO_LONGER},
    K.OTHER_PLACE: {"1": _LOOK, "3": _NO_LONGER},
    K.WAITLISTED: {"1": _KEEP, "3": _NO_LONGER},
}

OPENING = _l("Hello, this is %(me)s from %(clinic)s. May I speak with %(name)s?")
#: Where the sender must stay neutral.
OPENING_NEUTRAL = _l("Hello, this is %(me)s. May I speak with %(name)s?")

#: Somebody answers for them.
OPENING_PROXY = _l("Hello, this is %(me)s from %(clinic)s. May I speak with %(proxy)s?")
OPENING_PROXY_NEUTRAL = _l("Hello, this is %(me)s. May I speak with %(proxy)s?")
#: A child for whom nobody is recorded.
OPENING_CHILD = _l("Hello, this is %(me)s. May I speak with the parent or guardian of %(name)s?")

MAKE_SURE = _l("Make sure that it is them before you say more: ask for their birth date.")
ALONE = _l("Ask first whether they are alone and can talk. If not, ask when to call again, and say nothing else.")
SHARED = _l("Others answer this phone. To anybody else say only your first name and that you will call again.")

ONLY_THEY = _l("Only the patient may answer this.")
MAKE_SURE_PROXY = _l("Make sure that it is %(proxy)s before you say more: ask for the birth date of %(name)s.")
PROXY_ANSWERS = _l("%(proxy)s answers this for %(name)s. Say nothing of other needs, and nothing to anybody else.")
PATIENT_ANSWERS_TOO = _l("If %(name)s comes to the phone, they may answer it themselves.")
NOBODY_SPEAKS = _l(
    "The patient is a child: do not ask them. Nobody is recorded who speaks for them, so say nothing of the need. Ask "
    "who looks after them, and have that person come in, so that it can be recorded."
)

VOICEMAIL_NONE = _l("Leave no message.")
VOICEMAIL_NEUTRAL = _l("Say only: “This is %(me)s. Please call %(phone)s.” Do not name the clinic.")
VOICEMAIL = _l("Say only: “This is %(me)s from %(clinic)s. Please call %(phone)s.” Never say what it is about.")

INTERPRETER = _l("Have an interpreter for %(language)s on the line before you dial. Speak to the patient.")
INTERPRETER_ASKED = _l("They asked for an interpreter. Have one on the line before you dial.")
NO_LANGUAGE = _l("We do not know which language they speak. Ask, and write it down.")
