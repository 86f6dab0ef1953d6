"""How the Twilio on this machine fails when a test asks it to: one fault for one POST."""

from enum import StrEnum


class Fault(StrEnum):
    """What happens to one POST. "After" in a name: the message was taken all the same."""

    STALL_BEFORE = "stall_before"
    STALL_AFTER = "stall_after"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    CLOSE_AFTER = "close_after"
    TRUNCATE_AFTER = "truncate_after"
    ERROR_500_BEFORE = "error_500_before"
    ERROR_500_AFTER = "error_500_after"
    OUTAGE_503_BEFORE = "outage_503_before"
    GARBAGE_201_AFTER = "garbage_201_after"
    NO_SID_201_AFTER = "no_sid_201_after"
    THROTTLE_429 = "throttle_429"
    PROXY_403 = "proxy_403"
    BAD_CREDENTIALS_401 = "bad_credentials_401"
    UNREGISTERED_400 = "unregistered_400"
    UNHEARD_OF_400 = "unheard_of_400"


#: The faults under which Twilio has the message, whatever the client saw.
TAKEN = frozenset(fault for fault in Fault if fault.endswith("_after"))

HOLDING = frozenset({Fault.STALL_BEFORE, Fault.STALL_AFTER})
RESETTING = frozenset({Fault.RESET_BEFORE, Fault.RESET_AFTER})

#: Seconds that THROTTLE_429 asks us to wait.
RETRY_AFTER_S = 7

#: Fault to the HTTP status and Twilio code of its answer.
JSON_ERRORS = {
    Fault.ERROR_500_BEFORE: (500, 20500),
    Fault.ERROR_500_AFTER: (500, 20500),
    Fault.OUTAGE_503_BEFORE: (503, 20503),
    Fault.THROTTLE_429: (429, 20429),
    Fault.BAD_CREDENTIALS_401: (401, 20003),
    Fault.UNREGISTERED_400: (400, 30034),
    Fault.UNHEARD_OF_400: (400, 29999),
}

#: Fault to the HTTP status of a page that no Twilio wrote.
HTML_ANSWERS = {Fault.GARBAGE_201_AFTER: 201, Fault.PROXY_403: 403}
