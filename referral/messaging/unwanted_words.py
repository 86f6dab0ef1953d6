"""Words that no text to a phone may hold: needs, diagnoses, kinds of organization; and replies we never ask for.

Data only. Somebody else may read the phone: a text that names the need tells them. Spelled as people write them: the
check makes both sides plain. A star at the end stands for any ending, for languages that decline their words; words in
Chinese, and in Korean, which ties its particles on, are found anywhere. Drafts for translators to review.
"""

import re

UNWANTED: dict[str, frozenset[str]] = {
    "en": frozenset(
        {
            "food", "groceries", "meal", "meals", "hunger", "pantry", "food bank", "soup kitchen", "snap", "wic",
            "housing", "homeless", "shelter", "rent", "eviction", "utility", "utilities", "electric", "electricity",
            "transportation", "job", "jobs", "employment", "school", "debt", "safety", "violence", "abuse", "abused",
            "partner", "husband", "wife", "legal", "lawyer", "immigration", "immigrant", "visa", "childcare",
            "child care", "daycare", "diapers", "internet", "benefits", "medicaid", "medicare", "church", "rehab",
            "recovery", "diagnosis", "diagnosed", "disease", "hiv", "aids", "cancer", "diabetes", "asthma",
            "depression", "addiction", "drug", "drugs", "alcohol", "pregnant", "pregnancy", "hepatitis", "medication",
        }
    ),
    "es": frozenset(
        {
            "comida", "comidas", "alimento", "alimentos", "hambre", "despensa", "banco de alimentos", "comedor",
            "vivienda", "refugio", "albergue", "renta", "alquiler", "desalojo", "luz", "electricidad",
            "servicios públicos", "empleo", "trabajo", "escuela", "deuda", "seguridad", "violencia", "abuso",
            "pareja", "esposo", "esposa",
            "legal", "abogado", "abogada", "inmigración", "inmigrante", "migratorio", "visa", "guardería", "pañales",
            "internet", "beneficios", "iglesia", "rehabilitación", "diagnóstico", "enfermedad", "vih", "sida",
            "cáncer", "diabetes", "asma", "depresión", "adicción", "droga", "drogas", "alcohol", "embarazo",
            "embarazada", "hepatitis", "medicina", "medicamento",
        }
    ),
    "zh": frozenset(
        {
            "食物", "食品", "粮食", "粮券", "餐", "饥饿", "挨饿", "住房", "住处", "房租",
            "租金", "租房", "无家可归", "流浪", "收容所", "庇护所", "驱逐", "水电", "电费",
            "燃气", "交通", "公交", "就业", "求职", "找工作", "职业", "学校", "上学", "欠债",
            "债务", "安全", "暴力", "家暴", "虐待", "伴侣", "丈夫", "妻子", "老公", "老婆",
            "法律", "律师", "移民", "签证", "托儿", "保育", "尿布", "互联网", "上网", "福利",
            "补助", "教会", "教堂", "康复", "戒毒", "诊断", "疾病", "艾滋", "癌", "糖尿病",
            "哮喘", "抑郁", "成瘾", "上瘾", "毒品", "酒精", "酗酒", "怀孕", "孕妇", "肝炎",
            "药",
        }
    ),
    "vi": frozenset(
        {
            "thực phẩm", "thức ăn", "đồ ăn", "bữa ăn", "đói", "nhà ở", "tiền nhà", "tiền thuê", "thuê nhà",
            "vô gia cư", "tạm trú", "nhà tạm", "đuổi nhà", "tiền điện", "điện nước", "phương tiện",
            "xe buýt", "việc làm", "tìm việc", "trường học", "nợ", "an toàn", "bạo lực", "bạo hành",
            "lạm dụng", "ngược đãi", "bạn đời", "chồng", "vợ", "pháp lý", "luật sư", "di trú", "nhập cư",
            "di dân", "thị thực", "giữ trẻ", "nhà trẻ", "tã", "trợ cấp", "phúc lợi", "nhà thờ", "chùa",
            "cai nghiện", "phục hồi", "chẩn đoán", "bệnh", "ung thư", "tiểu đường", "hen suyễn", "trầm cảm",
            "nghiện", "ma túy", "rượu", "mang thai", "có thai", "viêm gan", "thuốc",
        }
    ),
    "ar": frozenset(
        {
            "طعام", "غذاء", "غذائي", "غذائية", "أغذية", "وجبة", "وجبات", "جوع", "سكن", "إسكان", "إيجار",
            "مأوى", "ملجأ", "مشرد", "مشردين", "إخلاء", "كهرباء", "فواتير", "مواصلات", "نقل", "حافلة",
            "وظيفة", "وظائف", "توظيف", "مدرسة", "مدارس", "ديون", "أمان", "سلامة", "عنف", "إساءة", "اعتداء",
            "شريك", "شريكة", "شريكك", "زوج", "زوجة", "زوجك", "زوجتك", "قانوني", "قانونية", "محام", "محامي",
            "محامية", "هجرة", "مهاجر", "مهاجرين", "لاجئ", "لاجئين", "تأشيرة", "حضانة", "حفاضات", "إنترنت",
            "إعانة", "إعانات", "معونة", "معونات", "مسجد", "كنيسة", "تأهيل", "تعافي", "تشخيص", "مرض",
            "أمراض", "إيدز", "سرطان", "سكري", "ربو", "اكتئاب", "إدمان", "مخدرات", "كحول", "حامل", "حمل",
            "التهاب الكبد", "دواء", "أدوية",
        }
    ),
    "ht": frozenset(
        {
            "manje", "grangou", "lojman", "lwaye", "kay pou lwe", "abri", "chèltè", "degèpi", "elektrisite",
            "kouran", "transpò", "transpòtasyon", "otobis", "djòb", "anplwa", "lekòl", "dèt", "sekirite",
            "vyolans", "abi", "abize", "maltrete", "patnè", "mari", "madanm", "legal", "avoka",
            "imigrasyon", "imigran", "viza", "gadri", "kouchèt", "entènèt", "alokasyon", "legliz",
            "reyabilitasyon", "dyagnostik", "maladi", "vih", "sida", "kansè", "dyabèt", "opresyon",
            "depresyon", "adiksyon", "dwòg", "alkòl", "gwosès", "ansent", "epatit", "medikaman", "remèd",
        }
    ),
    "ru": frozenset(
        {
            "еда", "еды", "еде", "еду", "едой", "питани*", "продукт*", "голод*", "жиль*", "жилищ*",
            "аренд*", "приют*", "бездомн*", "выселени*", "коммунальн*", "электричеств*", "транспорт*",
            "проезд*", "автобус*", "работа", "работу", "работы", "работе", "трудоустройств*", "ваканси*",
            "школ*", "долг", "долга", "долги", "долгов", "безопасност*", "насили*", "партнер*", "партнёр*",
            "муж", "мужа", "мужу", "мужем", "жена", "жены", "жене", "женой", "юрист*", "юридическ*",
            "адвокат*", "иммигра*", "мигрант*", "виза", "визы", "визу", "подгузник*", "интернет*",
            "пособи*", "льгот*", "церков*", "церкв*", "реабилитац*", "диагноз*", "болезн*", "заболевани*",
            "вич", "спид", "рак", "рака", "раком", "диабет*", "астма", "астмы", "астму", "депресси*",
            "зависимост*", "наркотик*", "наркомани*", "алкогол*", "беременн*", "гепатит*", "лекарств*",
            "детский сад", "детского сада", "детском саду",
        }
    ),
    "ko": frozenset(
        {
            "음식", "식품", "식료품", "끼니", "급식", "푸드뱅크", "배고", "주거", "주택",
            "집세", "월세", "임대", "쉼터", "노숙", "퇴거", "공과금", "전기", "교통", "버스",
            "일자리", "취업", "직업", "학교", "부채", "빚", "안전", "폭력", "학대", "배우자",
            "남편", "아내", "법률", "변호사", "이민", "비자", "보육", "어린이집", "기저귀",
            "인터넷", "복지", "혜택", "교회", "재활", "진단", "질병", "질환", "에이즈",
            "당뇨", "천식", "우울", "중독", "마약", "알코올", "임신", "간염", "약물", "의약",
        }
    ),
}

#: What a language writes in front of a word without a space, as a pattern over plain words: in Arabic "and", "so", the
#: article, "by", "like" and "for".
JOINED_IN_FRONT = {"ar": "[وف]?(?:ال|لل|[بکل]ال|[بکل])?"}

_ENGLISH_ANSWERS = "yes|no|help|info"

#: HELP, INFO, YES and the stop words are taken by the carriers: as an answer to a question they would be swallowed. In
#: each language "reply yes", "send help" and the like, over plain text (Korean puts the verb behind).
ASKS_FOR_A_WORD = re.compile(
    r"\b(?:reply|answer|text|send|responda|conteste|mande|envíe|escriba)(?: with| us| con)? ['\"]?"
    rf"(?:{_ENGLISH_ANSWERS}|end|quit|cancel|sí|si|ayuda)\b"
    rf"|(?:回复|答复|发送?|写)[“\"' ]*(?:是|否|有|没有|好|不|帮助|{_ENGLISH_ANSWERS})"
    rf"|\b(?:nhắn|trả lời|gửi|soạn)(?: tin)? [“\"']?(?:có|không|rồi|chưa|trợ giúp|giúp|{_ENGLISH_ANSWERS})\b"
    rf"|(?:الرد|ارسل|ارسلوا|اکتب|اکتبوا|اجب|اجیبوا)(?: ب| بکلمه)? ?[«\"']?(?:نعم|لا|مساعده|{_ENGLISH_ANSWERS})\b"
    rf"|\b(?:reponn|voye|ekri)(?: ak)? [\"']?(?:wi|non|èd|{_ENGLISH_ANSWERS})\b"
    rf"|\b(?:ответьте|отправьте|напишите|пришлите):? [«\"']?(?:да|нет|помощь|{_ENGLISH_ANSWERS})\b"
    rf"|(?:\b(?:네|예|아니요|아니오|도움|{_ENGLISH_ANSWERS}))[”\"']?(?:이?라고|으?로)? ?(?:답|회신|보내|입력)"
)
