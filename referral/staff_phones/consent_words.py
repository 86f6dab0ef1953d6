"""The exact words by which staff of an organization agree to texts, with the version stored beside each consent."""

WORDS_VERSION = "2026-11"

TEXTING_WORDS: dict[str, str] = {
    "en": (
        "I agree that NeedsRx sends text messages (SMS) to this phone when a referral waits for an answer of my "
        "organization. There are a few for each referral, on business days only. They never name a patient or a need. "
        "Message and data rates may apply. Others who pick up the phone can read and answer them: an answer from this "
        "phone counts as mine. I can stop on this page, or by texting STOP. My work does not depend on this."
    ),
    "es": (
        "Acepto que NeedsRx envíe mensajes de texto (SMS) a este teléfono cuando una solicitud espere la respuesta de "
        "mi organización. Son unos pocos por cada solicitud, solo en días hábiles. Nunca nombran a un paciente ni una "
        "necesidad. Pueden aplicarse cargos de mensajes y datos. Quien tome el teléfono puede leerlos y contestar: una "
        "respuesta de este teléfono cuenta como mía. Puedo parar en esta página o enviando STOP. Mi trabajo no depende "
        "de esto."
    ),
}


def words_language(language: str) -> str:
    """Return the language that the words are shown in: the reader's own where they exist, else English."""
    return language if language in TEXTING_WORDS else "en"
