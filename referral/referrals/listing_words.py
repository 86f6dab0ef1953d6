"""What directories say of papers and of whom a service is for, in the reader's language where the words are known.

Directories are written in English. There, and where the words are not known, they stand as they were written; in
another language those are marked as English, for whoever reads them aloud.
"""

import re
from collections.abc import Iterable, Mapping

from babel.lists import format_list
from flask_babel import LazyString, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from referral.kit.i18n import comma

#: How a directory says that no papers are asked: HSDS has no word for it, so it stands as a document.
NONE_ASKED = "none asked"

#: Papers by the names that directories give them, in small letters.
DOCUMENTS: Mapping[str, LazyString] = {
    "photo identification": _l("Photo identification"),
    "photo id": _l("Photo identification"),
    "picture id": _l("Photo identification"),
    "government-issued id": _l("Photo identification"),
    "identification": _l("Identification"),
    "id": _l("Identification"),
    "passport or consular card": _l("Passport or consular card"),
    "permanent resident card": _l("Permanent resident card"),
    "social security card": _l("Social Security card"),
    "birth certificate": _l("Birth certificate"),
    "birth certificate of the child": _l("Birth certificate of the child"),
    "birth certificates of the children": _l("Birth certificates of the children"),
    "something that shows your name": _l("Something that shows your name"),
    "something that shows your address": _l("Something that shows your address"),
    "proof of address": _l("Proof of address"),
    "proof of residence": _l("Proof of address"),
    "proof of residency": _l("Proof of address"),
    "proof of age": _l("Proof of age"),
    "proof of income": _l("Proof of income"),
    "proof of insurance": _l("Proof of insurance"),
    "insurance card": _l("Insurance card"),
    "proof of a public benefit": _l("Proof of a public benefit"),
    "a letter or card that shows you receive any public benefit": _l(
        "A letter or card that shows you receive any public benefit"
    ),
    "last pay stub": _l("Last pay stub"),
    "pay stubs": _l("Pay stubs"),
    "wage statements": _l("Wage statements"),
    "bank statement": _l("Bank statement"),
    "last year's return": _l("Last year's tax return"),
    "tax return": _l("Tax return"),
    "tax number or letter": _l("Tax number or letter"),
    "right-to-work papers": _l("Right-to-work papers"),
    "utility bill": _l("Utility bill"),
    "water bill": _l("Water bill"),
    "last three bills": _l("Last three bills"),
    "bills you received": _l("Bills you received"),
    "the bill or quote you need paid": _l("The bill or quote you need paid"),
    "shut-off notice": _l("Shut-off notice"),
    "the latest bill or shut-off notice": _l("The latest bill or shut-off notice"),
    "lease": _l("Lease"),
    "lease or letter from landlord": _l("Lease or letter from the landlord"),
    "landlord permission for renters": _l("Landlord's permission, if you rent"),
    "proof that you own the home": _l("Proof that you own the home"),
    "eviction notice": _l("Notice to pay or leave"),
    "notice to pay or leave": _l("Notice to pay or leave"),
    "vaccination record": _l("Vaccination record"),
    "immunization record": _l("Vaccination record"),
    "medical records": _l("Medical records"),
    "prescription": _l("Prescription from your doctor"),
    "referral from your clinic": _l("Referral from your clinic"),
    "order from your clinic": _l("Order from your clinic"),
    "a form signed by your doctor": _l("A form signed by your doctor"),
    "recent test results": _l("Recent test results"),
    "discharge papers from the hospital": _l("Discharge papers from the hospital"),
    "discharge papers from service": _l("Discharge papers from military service"),
    "appointment letter": _l("Appointment letter"),
    "appointment schedule from the clinic": _l("Appointment schedule from the clinic"),
    "consent of a parent or guardian": _l("Consent of a parent or guardian"),
    "work or school schedule": _l("Work or school schedule"),
    "school or course letter": _l("School or course letter"),
    "high-school diploma or equivalency": _l("High-school diploma or equivalency"),
    "job offer or letter from employer": _l("Job offer or letter from the employer"),
    "driver license": _l("Driver license"),
    "driver's license": _l("Driver license"),
    "vehicle registration": _l("Vehicle registration"),
    "letters you received": _l("Letters you received"),
    "court papers": _l("Court papers"),
    "court case numbers": _l("Court case numbers"),
    "arrival papers": _l("Arrival papers"),
    "travel dates of the last five years": _l("Travel dates of the last five years"),
    "funeral home estimate": _l("Funeral home estimate"),
}

#: Whole sentences on whom a service is for, in small letters without the full stop.
FOR_WHOM: Mapping[str, LazyString] = {
    "open to everyone": _l("Open to everyone"),
    "open to all": _l("Open to everyone"),
    "open to the public": _l("Open to everyone"),
    "everyone": _l("Open to everyone"),
    "anyone": _l("Open to everyone"),
    "anyone may come": _l("Anyone may come"),
    "no restrictions": _l("No rules about who may come"),
    "no rules about income or papers": _l("No rules about income or papers"),
    "at least one child under 18, or pregnant": _l("At least one child under 18, or pregnant"),
    "pregnant, or with a child under two": _l("Pregnant, or with a child under two"),
    "an electric or gas shut-off notice, or service already off": _l(
        "An electric or gas shut-off notice, or service already off"
    ),
}

#: Groups of people that a service may be for: "For parents and people with low income."
GROUPS: Mapping[str, LazyString] = {
    "children": _l("children"),
    "adults": _l("adults"),
    "families": _l("families"),
    "families with children": _l("families with children"),
    "parents": _l("parents"),
    "mothers": _l("mothers"),
    "fathers": _l("fathers"),
    "men": _l("men"),
    "women": _l("women"),
    "pregnant women": _l("pregnant women"),
    "seniors": _l("older people"),
    "immigrants": _l("immigrants"),
    "refugees": _l("refugees"),
    "veterans": _l("veterans"),
    "members of the national guard": _l("members of the National Guard"),
    "students": _l("students"),
    "renters": _l("renters"),
    "people who own their home": _l("people who own their home"),
    "people without a home": _l("people without a home"),
    "people about to lose their home": _l("people about to lose their home"),
    "people out of work": _l("people out of work"),
    "people with low income": _l("people with low income"),
    "people without insurance": _l("people without insurance"),
    "people with a court record": _l("people with a court record"),
    "people with disabilities": _l("people with disabilities"),
    "people with a physical disability": _l("people with a physical disability"),
    "people who see poorly": _l("people who see poorly"),
    "people who hear poorly": _l("people who hear poorly"),
    "people in danger": _l("people in danger"),
}

_IF_YOU_HAVE_IT = re.compile(r"(.+?),? if you have (?:it|them|one)")
_FROM_AGE = re.compile(r"(?:ages?|aged) (\d+)(?: ?\+| (?:and|or) (?:older|over|up))")
_AGES = re.compile(r"(?:ages?|aged) (\d+) (?:to|-|–) (\d+)")
_CHILDREN_OF = re.compile(r"for families with children from (birth|\d+) to (\d+) years old")
_BETWEEN_GROUPS = re.compile(r", (?:and )?| and ")


def papers(documents: Iterable[str]) -> Markup:
    """Return the documents asked in one line of the language now spoken; the word for none says "no papers"."""
    between = Markup(comma())  # noqa: S704 - a comma of ours
    return between.join(_("no papers") if is_none(each) else document_words(each) for each in documents)


def is_none(document: str) -> bool:
    """Return True if it is how a directory says that no papers are asked."""
    return document.casefold() == NONE_ASKED


def document_words(name: str) -> str:
    """Return the name of one paper in the language now spoken, else as it was written, marked as English."""
    if _reads_english():
        return name
    key = _key(name)
    known = DOCUMENTS.get(key)
    if known is not None:
        return str(known)
    having = _IF_YOU_HAVE_IT.fullmatch(key)
    known = DOCUMENTS.get(having[1]) if having else None
    return str(_("%(document)s, if you have it", document=known)) if known else _as_written(name)


def for_whom_words(words: str) -> str:
    """Return whom a service is for in the language now spoken, without the full stop, else as it was written."""
    written = words.strip().rstrip(".")
    if _reads_english():
        return written
    return _known_for_whom(_key(words)) or _as_written(written)


def _known_for_whom(key: str) -> str | None:
    if key in FOR_WHOM:
        return str(FOR_WHOM[key])
    if found := _FROM_AGE.fullmatch(key):
        return str(_("Age %(age)s and older", age=found[1]))
    if found := _AGES.fullmatch(key):
        return str(_("Ages %(lowest)s to %(highest)s", lowest=found[1], highest=found[2]))
    if found := _CHILDREN_OF.fullmatch(key):
        lowest = "0" if found[1] == "birth" else found[1]
        return str(_("Families with children aged %(lowest)s to %(highest)s", lowest=lowest, highest=found[2]))
    return _known_groups(key)


def _known_groups(key: str) -> str | None:
    groups = [GROUPS.get(each) for each in _BETWEEN_GROUPS.split(key.removeprefix("for "))]
    if not key.startswith("for ") or not all(groups):
        return None
    return str(_("For %(groups)s", groups=format_list([str(each) for each in groups], locale=get_locale() or "en")))


def _key(words: str) -> str:
    return " ".join(words.casefold().strip(" .!*").replace("’", "'").split())


def _reads_english() -> bool:
    locale = get_locale()
    return locale is None or locale.language == "en"


def _as_written(words: str) -> Markup:
    return Markup('<bdi lang="en">{}</bdi>').format(words)
