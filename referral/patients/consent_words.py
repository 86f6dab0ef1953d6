"""The exact words of consent, by language, with the version that is stored beside each consent."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.kit.i18n import comma, speaking
from referral.patients.states import SharedField

WORDS_VERSION = "2026-11"
#: Of the words by which a patient moves.
MOVE_WORDS_VERSION = "2026-11-2"

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
    "zh-Hans": (
        "我们可以就您的申请给您发送短信（SMS）吗？每项申请我们会发几条。可能会产生短信和流量费用。短信不是私密的："
        "其他拿起手机的人也能看到。您可以随时发送 STOP 停止接收。无论您怎样回答，都不影响对您的照护。"
    ),
    "vi": (
        "Chúng tôi có thể gửi tin nhắn (SMS) cho quý vị về các yêu cầu của quý vị không? Mỗi yêu cầu chúng tôi gửi vài "
        "tin. Có thể tính cước tin nhắn và dữ liệu. Tin nhắn không riêng tư: người khác cầm điện thoại có thể đọc. Quý "
        "vị có thể ngừng bất cứ lúc nào bằng cách nhắn STOP. Việc chăm sóc quý vị không phụ thuộc vào câu trả lời."
    ),
    "ar": (
        "هل يمكننا أن نرسل إليك رسائل نصية (SMS) بشأن طلباتك؟ نرسل بضع رسائل لكل طلب. قد تطبق رسوم الرسائل والبيانات. "
        "الرسائل النصية ليست خاصة: يمكن لمن يمسك بالهاتف أن يقرأها. يمكنك التوقف في أي وقت بإرسال كلمة STOP. رعايتك لا "
        "تتوقف على إجابتك."
    ),
    "ht": (
        "Èske nou ka voye mesaj tèks (SMS) ba ou sou demann ou yo? Nou voye kèk mesaj pou chak demann. Ou ka "
        "peye frè pou mesaj ak done. Mesaj tèks yo pa prive: lòt moun ki pran telefòn nan ka li yo. Ou ka kanpe "
        "nenpòt lè si ou voye STOP. Swen ou pa depann de repons ou."
    ),
    "ru": (
        "Можно ли присылать вам СМС о ваших заявках? По каждой заявке мы отправляем несколько сообщений. "
        "Оператор может взимать плату за сообщения и передачу данных. СМС не тайна: их может прочитать любой, "
        "кто возьмёт телефон. Вы можете отказаться в любое время, отправив STOP. Помощь вам не зависит от вашего "
        "ответа."
    ),
    "ko": (
        "요청하신 일에 관해 문자 메시지(SMS)를 보내도 될까요? 요청마다 몇 건을 보냅니다. 문자 및 데이터 요금이 "
        "부과될 수 있습니다. 문자는 비공개가 아닙니다. 전화기를 든 다른 사람이 읽을 수 있습니다. 언제든지 "
        "STOP이라고 보내면 그만 받을 수 있습니다. 답변은 진료에 영향을 주지 않습니다."
    ),
}

#: Languages whose words of consent a qualified translator has reviewed. All others are drafts, and the pages say so.
REVIEWED = frozenset({"en"})

#: What a person agrees to when another clinic is to look after them.
MOVE_WORDS: dict[str, str] = {
    "en": (
        "May we tell {clinic} your name, birth date, languages, ZIP code and phones, so that they look after you from "
        "now on? Requests that we have made stay with us until they are done. Your own page about them stays open "
        "until then. After that it closes, and {clinic} can give you a page of theirs. They will ask you again whether "
        "they may send you texts. Your care does not depend on your answer."
    ),
    "es": (
        "¿Podemos dar a {clinic} su nombre, fecha de nacimiento, idiomas, código postal y teléfonos, para que le "
        "atiendan desde ahora? Las solicitudes que ya hicimos siguen con nosotros hasta que terminen. Hasta entonces "
        "su propia página sobre ellas sigue abierta. Después se cierra, y {clinic} puede darle una página suya. Le "
        "preguntarán de nuevo si pueden enviarle mensajes. Su atención no depende de su respuesta."
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
    return language if language in MOVE_WORDS else "en"


def texting_language(language: str | None) -> str:
    """Return the language that the words about texts are shown in: the person's own, else English, interpreted."""
    return language if language in TEXTING_WORDS else "en"


def move_words(language: str, clinic: str) -> str:
    """Return the words to read out and store, by which a patient agrees to move to `clinic`."""
    return MOVE_WORDS[language].replace("{clinic}", clinic)


def sharing_words(language: str, organization: str, fields: Iterable[str]) -> str:
    """Return the words to read out and store, by which a patient lets their facts go to one organization."""
    with speaking(language):
        named = comma().join(str(FIELD_LABELS[SharedField(field)]) for field in fields)
        words = _(
            "May we give %(organization)s these facts about you, so that they can help you: %(fields)s? They may use "
            "them only for this request. You can take this back at any time. Your care does not depend on your answer.",
            organization=organization,
            fields=named,
        )
        return str(words)
