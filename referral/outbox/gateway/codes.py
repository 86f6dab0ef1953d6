"""Twilio's error codes, sorted by what we do about them. Pure.

Source: Twilio docs, "Error and Warning Dictionary" (names and meanings of the codes); the classes are ours.
"""

from referral.outbox.gateway.base import ErrorClass

#: Not taken because of our rate; Twilio did nothing with the request.
THROTTLE_CODES = frozenset({14107, 20429, 63018})

_RECIPIENT = (21211, 21214, 21217, 21265, 21268, 21612, 21614, 21635, 30005, 30006)
_OPTED_OUT = (21610,)
_CARRIER = (30001, 30003, 30008, 30017, 30036, 30500)
_BLOCKED = (30004, 30007)
#: 21617, a body over 1,600 characters, concerns one message: it must not stop the others.
_CONTENT = (21602, 21617, 21619)
_ACCOUNT = (20003, 20005, 30002)
_SENDER = (21212, 21408, 21603, 21606, 21609, 21611, 21659, 21660, 21701, 21703)
#: Registration and daily caps of the carriers of the United States.
_REGISTRATION = (30022, 30023, 30027, 30032, 30034)

_CLASSES = {
    code: error_class
    for error_class, codes in (
        (ErrorClass.RECIPIENT, _RECIPIENT),
        (ErrorClass.OPTED_OUT, _OPTED_OUT),
        (ErrorClass.CARRIER, _CARRIER),
        (ErrorClass.BLOCKED, _BLOCKED),
        (ErrorClass.CONTENT, _CONTENT),
        (ErrorClass.CONFIGURATION, (*_ACCOUNT, *_SENDER, *_REGISTRATION)),
    )
    for code in codes
}


def class_of(code: int) -> ErrorClass:
    """Return what a Twilio error code asks of us; OTHER for a code that nobody has looked at."""
    return _CLASSES.get(code, ErrorClass.OTHER)
