"""The exact words of consent, by language, with the version that is stored beside each consent."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from referral.patients.states import SharedField

WORDS_VERSION = "2026-11"

#: What a person agrees to when they agree to texts.
TEXTING_WORDS: dict[str, str] = {
    "en": (
        "May we send you text messages (SMS) about your requests? We send a few for each request. Message and data "
        "rates may apply. Texts are not private: others who pick up the phone can read them. You can stop at any time "
        "by texting STOP. Your care does not depend on your answer."
    ),
    "es": (
        "¿Podemos enviarle mensajes de texto (SMS) sobre sus solicitudes? Enviamos unos pocos por cada solicitud. "
        "Pueden aplicarse cargos de mensajes y datos. Los mensajes no son privados: quien tome el teléfono puede "
        "leerlos. Puede parar cuando quiera enviando STOP. Su atención no depende de su respuesta."
    ),
}

#: What a person agrees to when their facts go to one organization.
SHARING_WORDS: dict[str, str] = {
    "en": (
        "May we give {organization} these facts about you, so that they can help you: {fields}? They may use them only "
        "for this request. You can take this back at any time. Your care does not depend on your answer."
    ),
    "es": (
        "¿Podemos dar a {organization} estos datos de usted, para que le ayuden: {fields}? Solo pueden usarlos para "
        "esta solicitud. Puede retirar este permiso cuando quiera. Su atención no depende de su respuesta."
    ),
}

#: What a person agrees to when another clinic is to look after them.
MOVE_WORDS: dict[str, str] = {
    "en": (
        "May we tell {clinic} your name, birth date, languages, ZIP code and phones, so that they look after you from "
        "now on? Requests that we have made stay with us until they are done. They will ask you again whether they may "
        "send you texts. Your care does not depend on your answer."
    ),
    "es": (
        "¿Podemos dar a {clinic} su nombre, fecha de nacimiento, idiomas, código postal y teléfonos, para que le "
        "atiendan desde ahora? Las solicitudes que ya hicimos siguen con nosotros hasta que terminen. Le preguntarán "
        "de nuevo si pueden enviarle mensajes. Su atención no depende de su respuesta."
    ),
}

FIELD_LABELS = {
    SharedField.NAME: _l("name"),
    SharedField.PHONE: _l("phone"),
    SharedField.SPOKEN_LANGUAGE: _l("language"),
    SharedField.ZIP_CODE: _l("the ZIP code"),
    SharedField.BIRTH_DATE: _l("birth date"),
    SharedField.HOUSEHOLD_SIZE: _l("size of the household"),
    SharedField.CHILDREN_UNDER_5: _l("children under 5 at home"),
    SharedField.DIET: _l("diet"),
    SharedField.MOBILITY: _l("getting around"),
    SharedField.GOOD_HOURS: _l("good hours to be reached"),
    SharedField.NEED: _l("the need"),
    SharedField.NOTE: _l("a note from the clinic"),
    SharedField.TESTIMONY: _l("what you tell us about how it went"),
}


def words_language(language: str | None) -> str:
    """Return the language the words are shown in: the person's own where we have it, English with an interpreter."""
    return language if language in SHARING_WORDS else "en"


def move_words(language: str, clinic: str) -> str:
    """Return the words to read out and store, by which a patient agrees to move to `clinic`."""
    return MOVE_WORDS[language].replace("{clinic}", clinic)


def sharing_words(language: str, organization: str, fields: Iterable[str]) -> str:
    """Return the words to read out and store; the labels are in the language now spoken by the page."""
    named = ", ".join(str(FIELD_LABELS[SharedField(field)]) for field in fields)
    return SHARING_WORDS[language].replace("{organization}", organization).replace("{fields}", named)
