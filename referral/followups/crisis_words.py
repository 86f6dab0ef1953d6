"""Phrases that may mean danger: suicide, violence, an emergency. Data only; drafts for clinical and translator review.

Cautious on purpose: a phrase too many brings one crisis text and a person's look, a phrase too few may cost a life.
Everyday uses ("this heat is killing me", "hit me up") are left out by choosing whole phrases.
"""

#: Said anywhere in a text, by language; all languages count, whatever language the patient has on file.
CRISIS_PHRASES: dict[str, tuple[str, ...]] = {
    "en": (
        "want to die", "wanna die", "going to die", "wish i was dead", "wish i were dead", "better off dead",
        "rather be dead", "kill myself", "killing myself", "kill my self", "end my life", "ending my life",
        "end it all", "want to end it", "take my life", "take my own life", "suicide", "suicidal",
        "hurt myself", "hurting myself", "harm myself", "cutting myself", "no reason to live", "nothing to live for",
        "dont want to live", "do not want to live", "dont want to be alive", "dont want to be here anymore",
        "cant go on", "cannot go on", "cant take it anymore", "overdose", "overdosed", "took too many pills",
        "hitting me", "hits me", "he hit me", "she hit me", "they hit me", "hit me again",
        "husband hit me", "boyfriend hit me", "partner hit me", "beats me", "beating me", "beat me up",
        "he beat me", "she beat me",
        "he hurts me", "she hurts me", "he hurt me", "she hurt me", "hurting me", "choked me", "choking me",
        "strangled me", "strangling me", "raped", "rape", "molested", "molesting", "sexually assaulted",
        "going to kill", "gonna kill", "will kill me", "wants to kill", "tried to kill", "threatened to kill",
        "afraid of him", "afraid of her", "scared of him", "scared of her", "afraid of my husband",
        "afraid of my boyfriend", "afraid of my partner", "scared of my husband", "scared of my boyfriend",
        "he has a gun", "she has a gun", "has a knife", "in danger", "not safe at home", "unsafe at home",
        "dont feel safe", "do not feel safe", "abusing me", "abuses me", "abused me", "wont let me leave",
        "call 911", "called 911", "calling 911", "need 911", "emergency", "cant breathe",
        "cannot breathe", "chest pain", "heart attack", "having a stroke",
        "bleeding badly", "wont wake up", "unconscious",
    ),
    "es": (
        "quiero morir", "quiero morirme", "me quiero morir", "quisiera morir", "quisiera estar muerto",
        "quisiera estar muerta", "no quiero vivir", "ya no quiero vivir", "no quiero seguir viviendo", "matarme",
        "me voy a matar", "me quiero matar", "quitarme la vida", "acabar con mi vida", "suicidio", "suicidarme",
        "suicida", "hacerme daño", "cortarme las venas", "sobredosis", "no puedo más con mi vida",
        "me pega", "me pegó", "me está pegando", "me golpea", "me golpeó", "me está golpeando", "me maltrata",
        "me abusa", "abusa de mí", "abusó de mí", "me violó", "me violaron", "violación", "me quiere matar",
        "me va a matar", "me amenaza", "me amenazó", "le tengo miedo", "tengo miedo de mi esposo",
        "tengo miedo de mi marido", "tiene una pistola", "tiene un cuchillo", "estoy en peligro", "en peligro",
        "no estoy segura en mi casa", "no me deja salir", "emergencia", "no puedo respirar", "dolor de pecho",
        "dolor en el pecho", "ataque al corazón", "auxilio", "socorro",
    ),
    "zh": ("想死", "自杀", "自殺", "不想活", "活不下去", "打我", "家暴", "强奸", "強姦", "杀了我", "殺了我", "救命",
           "有危险", "有危險"),
    "vi": ("muốn chết", "tự tử", "tự sát", "không muốn sống", "đánh tôi", "đánh em", "đánh đập", "giết tôi", "hiếp dâm",
           "cứu tôi", "cứu với", "nguy hiểm", "cấp cứu"),
    "ko": ("죽고 싶", "죽고싶", "자살", "살고 싶지 않", "때려요", "때렸어요", "맞고 있어요", "폭행",
           "죽이겠", "살려주세요", "위험해요"),
    "fil": ("gusto kong mamatay", "gusto ko nang mamatay", "magpakamatay", "ayoko nang mabuhay", "sinasaktan ako",
            "binubugbog ako", "papatayin ako", "ginahasa", "nasa panganib", "saklolo"),
    "ar": ("أريد أن أموت", "اريد ان اموت", "بدي موت", "انتحر", "انتحار", "الانتحار", "سأقتل نفسي", "اقتل نفسي",
           "يضربني", "ضربني", "يقتلني", "اغتصبني", "اغتصاب", "في خطر", "أنقذوني", "لا أريد أن أعيش"),
    "ru": ("хочу умереть", "покончить с собой", "самоубийство", "убить себя", "не хочу жить", "бьет меня", "бьёт меня",
           "меня бьет", "меня бьёт", "избивает", "изнасиловал", "убьет меня", "убьёт меня", "в опасности", "спасите"),
    "uk": ("хочу померти", "самогубство", "вбити себе", "не хочу жити", "бʼє мене", "мене бʼє", "зґвалтував",
           "у небезпеці", "врятуйте"),
    "ht": ("vle mouri", "anvi mouri", "touye tèt mwen", "touye tèt m", "pa vle viv", "bat mwen", "ap bat mwen", "bat m",
           "vyole mwen", "touye mwen", "an danje", "anmwe"),
    "pt": ("quero morrer", "me matar", "suicídio", "suicidar", "não quero viver", "não quero mais viver", "me bate",
           "me bateu", "está me batendo", "me estuprou", "vai me matar", "em perigo", "socorro"),
    "fr": ("veux mourir", "envie de mourir", "me tuer", "me suicider", "suicide", "plus envie de vivre", "me frappe",
           "ma frappée", "ma violée", "va me tuer", "en danger", "au secours"),
    "fa": ("میخواهم بمیرم", "می خواهم بمیرم", "خودکشی", "مرا می زند", "کتک می زند", "تجاوز", "در خطر"),
    "ur": ("مرنا چاہتا", "مرنا چاہتی", "خودکشی", "مجھے مارتا", "خطرے میں", "جان سے مار"),
    "hi": ("मरना चाहता", "मरना चाहती", "आत्महत्या", "खुदकुशी", "मुझे मारता", "मुझे पीटता", "बलात्कार", "खतरे में",
        "बचाओ"),
    "bn": ("মরতে চাই", "আত্মহত্যা", "আমাকে মারে", "ধর্ষণ", "বিপদে", "বাঁচাও"),
    "pl": ("chcę umrzeć", "zabić się", "samobójstwo", "nie chcę żyć", "bije mnie", "zgwałcił", "niebezpieczeństwie"),
    "so": ("waan dhimanayaa", "isdilo", "is dilo", "wuu i garaacaa", "khatar ayaan ku jiraa"),
}

#: The whole message is one of these: an emergency number typed to us instead of being called.
CRISIS_NUMBERS = frozenset({"911", "988", "9 1 1", "9 8 8", "sos"})
