"""The kinds of facts that the product holds: what an erasure destroys, what a patient's copy holds."""

from enum import StrEnum


class DataClass(StrEnum):
    """A kind of fact."""

    #: Ids, links between rows, versions.
    KEY = "key"
    #: Who the patient is: names, birth date, record number, place, languages, who speaks for them.
    IDENTITY = "identity"
    #: How the patient is reached, and what leads to them at a provider.
    CONTACT = "contact"
    #: What the patient answered: to questions of a screening, to our texts.
    ANSWER = "answer"
    #: Words that somebody typed or that were sent: notes, messages, names given on a page.
    WORDS = "words"
    #: What was needed, asked and done, and when: the skeleton that counts rest on.
    CARE = "care"
    #: Which permission was given, what was disclosed to whom.
    CONSENT = "consent"
    STAFF = "staff"
    ORGANIZATION = "organization"
    #: The directory: facts that organizations publish about themselves.
    PUBLIC = "public"
    #: How the machine does its work.
    TECHNICAL = "technical"
    #: Keys, sign-ins, factors, links.
    SECURITY = "security"
    AUDIT = "audit"


K = DataClass

#: What an erasure destroys. The rest of a patient's rows stays, and tells nobody who it was about.
ERASED = frozenset({K.IDENTITY, K.CONTACT, K.ANSWER, K.WORDS})

#: What a patient's own copy of the record holds.
EXPORTED = frozenset({K.KEY, K.IDENTITY, K.CONTACT, K.ANSWER, K.WORDS, K.CARE, K.CONSENT, K.STAFF})
