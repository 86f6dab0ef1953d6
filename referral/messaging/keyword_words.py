"""The words that mean STOP, START and HELP in a reply, by language. Data only; drafts for translators to review.

Each language has its words as its people write them. Accents may be left out in the languages of ACCENTS_OPTIONAL.
Sources: revocation words stop, quit, end, revoke, opt out, cancel, unsubscribe of 47 CFR 64.1200(a)(10) (89 FR 15756,
in force 2025-04-11); Twilio's default keywords STOP, STOPALL, UNSUBSCRIBE, END, QUIT, CANCEL, REVOKE, OPTOUT, START,
UNSTOP, HELP, INFO. YES is no START here: it is an answer to a question.
"""

#: Languages whose words are also understood without their accents. Never Vietnamese: there accents make other words.
ACCENTS_OPTIONAL = frozenset({"es", "pt", "fr", "ht"})

#: The whole message is one of these (courtesy words aside): no more texts.
STOP_WORDS: dict[str, tuple[str, ...]] = {
    "en": (
        "stop",
        "stopall",
        "stop all",
        "stop it",
        "stop this",
        "stop now",
        "stop everything",
        "end",
        "end all",
        "quit",
        "cancel",
        "cancel all",
        "unsubscribe",
        "unsuscribe",
        "unsubscribe me",
        "unsub",
        "revoke",
        "opt out",
        "optout",
        "opt me out",
        "stpo",
        "sotp",
        "no more",
        "remove",
        "remove me",
    ),
    "es": (
        "alto",
        "pare",
        "paren",
        "parar",
        "detener",
        "detengan",
        "cancelar",
        "cancele",
        "cancelen",
        "basta",
        "ya basta",
        "no más",
        "no mas",
        "ya no más",
        "salir",
        "terminar",
        "darme de baja",
        "baja",
    ),
    "zh": ("停止", "停", "退订", "退訂", "取消", "取消订阅", "取消訂閱", "别发了", "別發了"),
    "vi": ("dừng", "dừng lại", "ngừng", "ngừng lại", "hủy", "huỷ", "hủy bỏ"),
    "ko": ("중지", "그만", "그만해", "그만하세요", "수신거부", "수신 거부", "취소", "정지"),
    "fil": ("tigil", "itigil", "itigil na", "ihinto", "tama na"),
    "ru": ("стоп", "отписаться", "отписка", "отмена", "хватит", "прекратите"),
    "uk": ("стоп", "скасувати", "відписатися", "припиніть", "досить"),
    "ar": ("إيقاف", "ايقاف", "توقف", "توقفوا", "إلغاء", "قف", "الغاء الاشتراك"),
    "fa": ("لغو", "توقف", "متوقف", "لغو عضویت"),
    "ur": ("بند", "بند کریں", "بند کرو", "روکیں"),
    "ht": ("sispann", "rete", "kanpe", "anile"),
    "pt": ("pare", "parem", "parar", "sair", "cancelar", "chega", "remover"),
    "fr": ("arrêt", "arrêter", "arrêtez", "stop", "désabonner", "me désabonner", "annuler"),
    "hi": ("रोकें", "रोको", "बंद करो", "बंद करें", "बंद", "रद्द करें"),
    "ne": ("रोक्नुहोस्", "बन्द गर्नुहोस्", "बन्द"),
    "bn": ("বন্ধ", "বন্ধ করুন", "থামুন", "থামাও"),
    "pl": ("stop", "rezygnuję", "rezygnuje", "anuluj", "przestańcie", "dość"),
    "so": ("jooji", "joojiya", "jooji fariimaha"),
}

#: The whole message is one of these: the help text. A longer sentence with "help" in it goes to a person instead.
HELP_WORDS: dict[str, tuple[str, ...]] = {
    "en": ("help", "info", "help me"),
    "es": ("ayuda", "ayúdame", "ayúdeme", "información"),
    "zh": ("帮助", "幫助"),
    "vi": ("trợ giúp",),
    "ko": ("도움", "도움말"),
    "fil": ("tulong",),
    "ru": ("помощь",),
    "uk": ("допомога",),
    "ar": ("مساعدة",),
    "fa": ("کمک",),
    "ur": ("مدد",),
    "ht": ("èd",),
    "pt": ("ajuda",),
    "fr": ("aide",),
    "hi": ("मदद",),
    "ne": ("मद्दत",),
    "bn": ("সাহায্য",),
    "pl": ("pomoc",),
    "so": ("caawin", "caawimo"),
}

#: Only these lift a block by text, in every language: a mistaken START would write to someone who said stop.
START_WORDS = ("start", "unstop")

_COURTESY = """
please pls plz plse kindly just thanks thank you thx ok okay hi hello sir por favor porfavor porfa gracias hola merci
s'il vous plaît svp bonjour obrigado obrigada mèsi tanpri salamat po пожалуйста спасибо شكرا من فضلك
谢谢 謝謝 cảm ơn 감사합니다 고맙습니다
"""

#: Courtesy around a keyword that changes nothing: "please STOP", "stop, gracias".
COURTESY = tuple(_COURTESY.split())

#: Said anywhere in a sentence, in the languages other than English and Spanish: no more texts.
STOP_PHRASES: dict[str, tuple[str, ...]] = {
    "zh": (
        "不要再发短信",
        "不要再發短信",
        "别再发短信",
        "別再發短信",
        "不要给我发",
        "不要給我發",
        "别给我发",
        "別給我發",
        "停止发送",
        "停止發送",
        "停止发短信",
        "不想收到短信",
        "不想再收到",
    ),
    "vi": ("đừng nhắn", "đừng gửi", "ngừng nhắn", "ngừng gửi", "dừng nhắn", "dừng gửi", "không nhắn tin nữa"),
    "ko": ("문자보내지마", "문자 보내지 마", "그만 보내", "문자 그만", "메시지 그만", "보내지 말아"),
    "fil": ("huwag na mag text", "huwag na magtext", "huwag nang mag text", "tigilan ang pag text"),
    "ru": ("не пишите мне", "не присылайте", "больше не пишите", "хватит писать", "прекратите писать"),
    "uk": ("не пишіть мені", "не надсилайте", "більше не пишіть", "припиніть писати"),
    "ar": ("لا ترسل", "لا ترسلوا", "لا تراسلني", "لا تراسلوني", "توقفوا عن", "توقف عن", "لا أريد رسائل"),
    "fa": ("پیام ندهید", "پیام نده", "پیام نفرستید", "دیگر پیام"),
    "ur": ("پیغام نہ بھیجیں", "میسج نہ کریں", "میسج مت"),
    "ht": ("pa voye mesaj", "sispann voye", "sispann ekri", "pa ekri m", "pa tèks mwen"),
    "pt": (
        "pare de mandar",
        "pare de enviar",
        "parem de mandar",
        "parem de enviar",
        "não me mande",
        "não me mandem",
        "não envie",
        "não enviem",
    ),
    "fr": (
        "arrêtez de menvoyer",
        "arrêtez denvoyer",
        "arrêtez de mécrire",
        "ne menvoyez plus",
        "ne mécrivez plus",
        "plus de messages",
    ),
    "hi": ("मैसेज मत", "संदेश मत", "मैसेज भेजना बंद", "मैसेज बंद"),
    "ne": ("मेसेज नपठाउनुहोस्", "सन्देश नपठाउनुहोस्"),
    "bn": ("মেসেজ পাঠাবেন না", "বার্তা পাঠাবেন না", "মেসেজ বন্ধ"),
    "pl": ("nie piszcie", "nie pisz do mnie", "przestańcie pisać", "nie wysyłajcie"),
    "so": ("fariin ha ii soo dirin", "fariimaha jooji", "ha ii soo dirin"),
}

#: In a longer sentence each of these may mean stop and may not ("I will stop by Monday"): a person reads it.
POSSIBLE_STOP: dict[str, tuple[str, ...]] = {
    "en": ("stop", "end", "cancel", "quit", "revoke", "unsubscribe", "unsub", "optout", "opt out"),
    "es": ("cancelar", "cancele", "cancelen", "pare", "paren", "parar", "detener", "no más", "basta", "deje de"),
    "zh": ("停止", "退订", "退訂", "取消"),
    "vi": ("dừng", "ngừng", "hủy", "huỷ"),
    "ko": ("중지", "그만", "수신거부", "취소"),
    "fil": ("itigil", "ihinto", "tigilan"),
    "ru": ("стоп", "отписаться", "отпишите", "отмена", "прекратите", "хватит"),
    "uk": ("стоп", "скасувати", "відписатися", "припиніть"),
    "ar": ("إيقاف", "ايقاف", "إلغاء", "أوقفوا"),
    "fa": ("لغو", "توقف"),
    "ur": ("بند کریں", "بند کرو"),
    "ht": ("sispann", "kanpe"),
    "pt": ("cancelar", "parar", "parem"),
    "fr": ("arrêtez", "arrêter", "désabonner"),
    "hi": ("बंद करो", "बंद करें", "रोकें"),
    "ne": ("रोक्नुहोस्", "बन्द गर्नुहोस्"),
    "bn": ("বন্ধ করুন", "থামুন"),
    "pl": ("rezygnuję", "przestańcie", "stop"),
    "so": ("jooji", "joojiya"),
}
