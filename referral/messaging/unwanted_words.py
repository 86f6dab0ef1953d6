"""Words that no text to a phone may hold: needs, diagnoses, kinds of organization; and replies we never ask for.

Data only. Somebody else may read the phone: a text that names the need tells them. Spelled as `plain_text.words` gives.
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
}

#: HELP, INFO, YES and the stop words are taken by the carriers: as an answer to a question they would be swallowed.
ASKS_FOR_A_WORD = re.compile(
    r"\b(?:reply|answer|text|send|responda|conteste|mande|envíe|escriba)(?: with| us| con)? ['\"]?"
    r"(?:yes|no|help|info|end|quit|cancel|sí|si|ayuda)\b"
)
