"""The words people answer with, by language: yes, no, what belongs to each digit, wrong number. Data only, drafts.

Each digit has one meaning in the whole product: 1 yes, 2 no, 3 I no longer need it, 4 to 8 a reason, 9 call me.
"""

#: The whole message is one of these: yes. In the patient's language and in English only, because yes words collide.
YES_WORDS: dict[str, tuple[str, ...]] = {
    "en": ("yes", "yeah", "yep", "yup", "yes i did", "yes they did", "yess", "yea", "si", "sí"),
    "es": ("sí", "si", "claro", "ya", "claro que sí", "ya lo obtuve", "sí ya", "ya sí"),
    "zh": ("是", "是的", "有", "有的", "得到了", "对", "對"),
    "vi": ("có", "rồi", "vâng", "có rồi"),
    "ko": ("네", "예", "넵"),
    "fil": ("oo", "opo", "oo na"),
    "ru": ("да",),
    "uk": ("так",),
    "ar": ("نعم", "ايوه", "أيوه"),
    "fa": ("بله", "بلی"),
    "ur": ("ہاں", "جی", "جی ہاں"),
    "ht": ("wi",),
    "pt": ("sim",),
    "fr": ("oui",),
    "hi": ("हाँ", "हां", "जी", "जी हाँ"),
    "ne": ("हो",),
    "bn": ("হ্যাঁ", "হ্যা"),
    "pl": ("tak",),
    "so": ("haa",),
}

#: The whole message is one of these: no. In the patient's language and in English.
NO_WORDS: dict[str, tuple[str, ...]] = {
    "en": ("no", "not yet", "nope", "no not yet", "nah", "no one", "nobody", "never", "not at all", "no they did not",
           "no they didnt", "not really"),
    "es": ("no", "todavía no", "aún no", "no todavía", "nadie", "nunca", "no aún", "nada"),
    "zh": ("没有", "沒有", "不", "还没有", "還沒有", "还没", "還沒", "不是", "没", "沒"),
    "vi": ("không", "chưa", "chưa có", "dạ chưa", "dạ không"),
    "ko": ("아니요", "아니오", "아니", "아직"),
    "fil": ("hindi", "hindi pa", "wala", "wala pa"),
    "ru": ("нет", "еще нет", "ещё нет", "пока нет"),
    "uk": ("ні", "ще ні", "поки ні"),
    "ar": ("لا", "ليس بعد"),
    "fa": ("نه", "خیر", "هنوز نه"),
    "ur": ("نہیں", "ابھی نہیں"),
    "ht": ("non", "poko", "pa encore", "pankò"),
    "pt": ("não", "ainda não"),
    "fr": ("non", "pas encore"),
    "hi": ("नहीं", "अभी नहीं"),
    "ne": ("होइन", "छैन"),
    "bn": ("না", "এখনও না"),
    "pl": ("nie", "jeszcze nie"),
    "so": ("maya",),
}

#: No words that no other language uses: understood whatever the language on file, because a no only brings more help.
#: There is no such list of yes words: a yes closes a referral as met, so it must be in a language we expect.
NO_ANYWHERE = ("没有", "沒有", "还没有", "還沒有", "không", "chưa", "아니요", "아니오", "нет", "नहीं", "نہیں", "না")

#: English words that mean something else in these languages: Polish "no" is "yeah".
NOT_ENGLISH_IN: dict[str, frozenset[str]] = {"pl": frozenset({"no"}), "so": frozenset({"si"}), "sw": frozenset({"si"})}

#: In a sentence after "1" these say the opposite.
NEGATIVE: dict[str, tuple[str, ...]] = {
    "en": ("no", "not", "never", "nobody", "none", "nothing", "didnt", "havent", "hasnt", "dont", "wasnt", "nope",
           "but", "wrong"),
    "es": ("no", "nadie", "nunca", "nada", "tampoco", "pero"),
    "zh": ("没", "沒", "不"),
    "vi": ("không", "chưa"),
    "ko": ("아니", "안", "못"),
    "fil": ("hindi", "wala"),
    "ru": ("нет", "не", "никто"),
    "uk": ("ні", "не", "ніхто"),
    "ar": ("لا", "لم", "ليس"),
    "fa": ("نه", "خیر", "هنوز"),
    "ur": ("نہیں",),
    "ht": ("non", "pa", "poko"),
    "pt": ("não", "ninguém", "nunca"),
    "fr": ("non", "pas", "personne", "jamais"),
    "hi": ("नहीं",),
    "ne": ("होइन", "छैन"),
    "bn": ("না",),
    "pl": ("nie", "nikt"),
    "so": ("maya", "ma"),
}

#: Words that carry nothing next to a digit: "yes they called", "I chose 1".
FILLER = frozenset(
    {"i", "ive", "im", "they", "we", "it", "me", "my", "have", "has", "had", "is", "was", "a", "an", "and", "so", "the",
     "answer", "option", "number", "choose", "chose", "pick", "reply", "press", "select", "opción", "opcion",
     "número", "numero", "respuesta", "elijo", "la", "el", "lo", "se", "le", "opção", "选项", "選項",
     "選", "选", "号", "號", "번"}
)

#: What people add to a digit that belongs to it. The first word that is no filler has to be one of these.
BELONGS: dict[str, frozenset[str]] = {
    "1": frozenset({"yes", "yeah", "yep", "called", "got", "received", "contacted", "good", "great", "agree",
                    "ya", "sí", "si", "claro", "llamaron", "recibí", "recibi", "tengo", "obtuve", "acepto"}),
    "2": frozenset({"no", "not", "never", "nobody", "none", "nothing", "didnt", "havent", "hasnt", "nope",
                    "still", "nadie", "nunca", "nada", "todavía", "todavia", "aún", "aun"}),
    "3": frozenset({"no", "not", "dont", "changed", "longer", "anymore", "nevermind", "found", "ya", "cambié",
                    "cambie", "encontré", "encontre"}),
    "4": frozenset({"no", "nobody", "never", "called", "call", "calls", "nadie", "llamaron", "llama", "llaman"}),
    "5": frozenset({"not", "didnt", "did", "dont", "qualify", "denied", "eligible", "no", "califico", "cumplo"}),
    "6": frozenset({"far", "too", "ride", "no", "distance", "bus", "lejos", "muy", "queda", "transporte"}),
    "7": frozenset({"wait", "waiting", "long", "too", "mucha", "mucho", "espera", "esperar", "muy"}),
    "8": frozenset({"other", "something", "else", "otro", "otra"}),
    "9": frozenset({"call", "phone", "talk", "yes", "need", "want", "llame", "llamen", "llámeme", "llameme", "llamada",
                    "llámenme", "llamenme", "quiero", "sí", "si"}),
}

#: The words printed beside a digit in our texts, where no single word says enough ("1 keep waiting" is no yes).
PRINTED: dict[str, frozenset[str]] = {
    "1": frozenset({"look at another place", "another place", "keep my spot", "ver otro lugar", "otro lugar",
                    "busquen otro", "sigo en la lista", "看别的地方", "要", "保留位置", "xem nơi khác", "giữ chỗ",
                    "أرى مكانا آخر", "أحتفظ بدوري", "gade yon lòt kote", "kenbe plas mwen", "другое место", "остаюсь",
                    "다른 곳 보기", "자리 유지"}),
    "2": frozenset({"没有", "chưa", "لا", "non", "нет", "아니요"}),
    "3": frozenset({"不需要了", "không cần nữa", "لم أعد بحاجة", "pa bezwen l ankò", "уже не надо", "이제 필요 없음"}),
    "4": frozenset({"没人打电话", "chưa ai gọi", "لم يتصل أحد", "yo pa rele", "не звонили", "전화 없음"}),
    "5": frozenset({"不符合条件", "không đủ điều kiện", "لا أستوفي الشروط", "pa kalifye", "не подхожу", "자격 안 됨"}),
    "6": frozenset({"太远或没法去", "xa hoặc không có xe", "بعيد أو لا وسيلة", "twò lwen oswa pa ka ale",
                    "сложно добраться", "멀거나 갈 방법 없음"}),
    "7": frozenset({"等太久", "chờ lâu", "انتظار طويل", "tann twòp", "долго ждать", "너무 오래 기다림"}),
    "8": frozenset({"其他", "khác", "آخر", "lòt", "другое", "기타"}),
    "9": frozenset({"请打给我", "gọi tôi", "اتصلوا بي", "rele m", "звонок", "전화 요청"}),
}

#: Said before or after, these join digits: "1 and 9", "1 o 2".
JOINS = frozenset({"and", "or", "y", "o", "e", "ou", "et", "then", "also", "i", "和", "或"})

#: Digits written as Chinese numerals, understood only when they are the whole message.
HAN_DIGITS = {"零": "0", "〇": "0", "一": "1", "二": "2", "三": "3", "四": "4", "五": "5",
              "六": "6", "七": "7", "八": "8", "九": "9"}

#: A message may go on for a few words after one of these ("wrong number, sorry"). In the languages of staff only.
WRONG_NUMBER_STARTS = ("wrong number", "wrong person", "you have the wrong", "you have a wrong", "you got the wrong",
                       "número equivocado", "tiene el número equivocado", "se equivocó de número", "no soy esa persona")

#: After a start these tell of somebody else's mistake ("wrong number for the food bank"), which a person reads.
ABOUT_OTHERS = frozenset({"they", "them", "for", "called", "gave", "their", "para", "de", "dieron", "llamaron"})

#: The whole message is one of these: somebody else has this phone now.
WRONG_NUMBER: dict[str, tuple[str, ...]] = {
    "en": ("wrong number", "wrong person", "wrong phone", "you have the wrong number", "you have a wrong number",
           "you got the wrong number", "this is the wrong number", "this is a wrong number", "i think wrong number",
           "i think you have the wrong number", "who is this", "whos this", "who are you", "who dis",
           "i dont know you", "not my appointment", "you have the wrong person", "no one here by that name"),
    "es": ("número equivocado", "este número está equivocado", "se equivocó de número", "se equivocaron de número",
           "tiene el número equivocado", "está equivocado de número", "quién es", "quién es usted", "quién habla",
           "no soy yo", "no soy esa persona", "no soy la persona", "persona equivocada", "no lo conozco"),
    "zh": ("打错了", "打錯了", "发错了", "發錯了", "号码错了", "號碼錯了", "你是谁", "你是誰"),
    "vi": ("nhầm số", "sai số", "nhầm người", "ai vậy", "bạn là ai"),
    "ko": ("잘못 보내셨", "잘못 거셨", "번호 잘못", "번호가 틀", "누구세요", "누구시죠"),
    "fil": ("maling numero", "mali ang numero", "sino ito", "sino to", "sino po ito", "wrong number po"),
    "ru": ("ошиблись номером", "вы ошиблись", "не тот номер", "кто это", "кто вы"),
    "uk": ("помилилися номером", "ви помилилися", "не той номер", "хто це"),
    "ar": ("رقم خاطئ", "رقم خطأ", "الرقم خطأ", "الرقم غلط", "رقم غلط", "من أنت", "مين معي"),
    "fa": ("شماره اشتباه", "اشتباه گرفتید", "شما کی هستید"),
    "ur": ("غلط نمبر", "رانگ نمبر", "آپ کون ہیں"),
    "ht": ("move nimewo", "nimewo a pa bon", "ki moun sa a", "kiyès sa ye"),
    "pt": ("número errado", "quem é", "pessoa errada"),
    "fr": ("mauvais numéro", "vous vous trompez de numéro", "erreur de numéro", "qui est-ce",
           "qui êtes-vous", "c'est qui"),
    "hi": ("गलत नंबर", "रांग नंबर", "आप कौन हैं"),
    "ne": ("गलत नम्बर",),
    "bn": ("ভুল নম্বর", "রং নম্বর", "আপনি কে"),
    "pl": ("zły numer", "pomyłka", "kto to", "kim pan jest"),
    "so": ("lambar khaldan", "waa kuma"),
}
