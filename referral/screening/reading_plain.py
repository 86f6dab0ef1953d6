"""Reads the product's JSON of an instrument: questions with codes, answers with what they mean, scores. Pure.

A rule that the file itself calls unverified (`positive_rule_verified: false`) makes no need: the answers are kept.
"""

import re
from collections.abc import Mapping
from typing import Any

from referral.screening.reading import (
    LOINC,
    LOINC_NOTICE,
    MOST_ITEMS,
    MOST_OPTIONS,
    Definition,
    Faults,
    identity,
    never_asked,
)
from resources_directory.needs import NeedDomain

#: Domains of the Gravity project, as these files write them, to ours.
DOMAINS: dict[str, NeedDomain] = {
    "food-insecurity": NeedDomain.FOOD,
    "housing-instability": NeedDomain.HOUSING,
    "homelessness": NeedDomain.HOUSING,
    "inadequate-housing": NeedDomain.HOUSING,
    "transportation-insecurity": NeedDomain.TRANSPORTATION,
    "utility-insecurity": NeedDomain.UTILITIES,
    "interpersonal-safety": NeedDomain.INTERPERSONAL_SAFETY,
    "intimate-partner-violence": NeedDomain.INTERPERSONAL_SAFETY,
    "elder-abuse": NeedDomain.INTERPERSONAL_SAFETY,
    "financial-insecurity": NeedDomain.FINANCIAL_STRAIN,
    "material-hardship": NeedDomain.FINANCIAL_STRAIN,
    "medical-cost-burden": NeedDomain.HEALTH_CARE_ACCESS,
    "health-insurance-coverage-status": NeedDomain.HEALTH_CARE_ACCESS,
    "employment-status": NeedDomain.EMPLOYMENT,
    "education-training": NeedDomain.EDUCATION,
    "educational-attainment": NeedDomain.EDUCATION,
    "social-connection": NeedDomain.SOCIAL_CONNECTION,
    "digital-access": NeedDomain.DIGITAL_ACCESS,
    "digital-literacy": NeedDomain.DIGITAL_ACCESS,
} | {domain.value.replace("_", "-"): domain for domain in NeedDomain}

#: Domains that are no need of ours and may be asked with others in the room.
HARMLESS = frozenset({"language-access", "physical-activity"})
#: Domains that are no need of ours and are asked alone: these bring duties of their own.
ALONE = frozenset(
    [
        "disability",
        "incarceration-status",
        "mental-health",
        "personal-health-literacy",
        "protective-factor",
        "sdoh-category-unspecified",
        "stress",
        "substance-use",
        "veteran-status",
    ]
)

_TOTAL = re.compile(r"total >= (\d{1,4})")


def read_plain(raw: Mapping[str, Any], faults: Faults) -> Definition:
    """Return the definition of a file; what is wrong is noted in `faults`."""
    notes: list[str] = []
    raw_items = faults.objects(raw, "items", "", MOST_ITEMS)
    items, link_ids = list[Definition](), set[str]()
    for n, each in enumerate(raw_items):
        item = _item(each, f"items[{n}].", faults, notes)
        if item is not None:
            faults.apart(item["link_id"], f"items[{n}].linkId", link_ids)
            items.append(item)
    panel = raw.get("panel") if isinstance(raw.get("panel"), dict) else {}
    notes += [str(raw[name]) for name in ("positive_rule_note", "ship_note") if isinstance(raw.get(name), str)]
    origins = list(dict.fromkeys(item["origin"] for item in items if item.get("origin")))
    return {
        "key": faults.key(faults.text(raw, "id", ""), "id"),
        "title": {"en": faults.text(raw, "title", "")},
        "languages": ["en"],
        "steward": _maybe(raw, "steward"),
        "licence": _maybe(raw, "licence_note"),
        "citation": _maybe(raw, "citation") or ("; ".join(origins) or None),
        "notice": LOINC_NOTICE if any(item["system"] == LOINC for item in items) else None,
        "code": panel.get("code") if panel else None,
        "system": panel.get("system") if panel else None,
        "items": items,
        "scores": _scores(raw, items, faults),
        "notes": notes,
    } | identity(raw)


def _item(raw: Mapping[str, Any], path: str, faults: Faults, notes: list[str]) -> Definition | None:
    text, code = faults.text(raw, "text", path), _maybe(raw, "code")
    named = faults.text(raw, "domain", path)
    if never_asked(code, text):
        notes.append(f"{path}text is left out: the product asks nobody about papers, birthplace or document numbers.")
        return None
    if not isinstance(raw.get("answers"), list):
        notes.append(f"{path}answers is no list, so “{text}” is left out.")
        return None
    verified = raw.get("positive_rule_verified", True) is not False
    if not verified:
        notes.append(f"{path}positive_rule is not verified: answers to “{text}” are kept and make no need.")
    domain = _domain(named, f"{path}domain", faults)
    excluding = str(raw.get("positive_rule") or "")
    by_answer: Mapping[str, str] = raw.get("domain_by_answer") or {}
    options = [
        _option(option, f"{path}answers[{n}].", faults, verified)
        for n, option in enumerate(faults.objects(raw, "answers", path, MOST_OPTIONS))
    ]
    by_value = {code: _domain(name, f"{path}domain_by_answer.{code}", faults) for code, name in by_answer.items()}
    values = set[str]()
    for n, option in enumerate(options):
        faults.apart(option["value"], f"{path}answers[{n}].code", values)
        option["excludes"] = f"{option['value']} excludes" in excluding
        option["domain"] = by_value.get(option["value"])
    return {
        "link_id": faults.text(raw, "linkId", path),
        "domain": domain,
        "private": domain is None and named not in HARMLESS,
        "question": {"en": text},
        "options": options,
        "repeats": raw.get("repeats") is True,
        "code": code,
        "system": _maybe(raw, "system"),
        "origin": _maybe(raw, "origin"),
    }


def _option(raw: Mapping[str, Any], path: str, faults: Faults, verified: bool) -> Definition:
    positive, score = raw.get("positive"), raw.get("score")
    if positive is not None and not isinstance(positive, bool):
        faults.add(f"{path}positive", "must be true, false or absent")
    if score is not None and (isinstance(score, bool) or not isinstance(score, int)):
        faults.add(f"{path}score", "must be a whole number or absent")
    return {
        "value": faults.text(raw, "code", path),
        "en": faults.text(raw, "display", path),
        "positive": positive if verified else None,
        "score": score,
    }


def _scores(raw: Mapping[str, Any], items: list[Definition], faults: Faults) -> list[Definition]:
    if raw.get("scores") is None:
        return []
    by_code = {item["code"]: item["link_id"] for item in items}
    found = []
    for n, each in enumerate(faults.objects(raw, "scores", "", MOST_ITEMS)):
        path = f"scores[{n}]."
        score = {
            "key": faults.text(each, "id", path),
            "display": faults.text(each, "display", path),
            "code": _maybe(each, "code"),
            "system": LOINC if each.get("code") else None,
            "domain": _domain(each["domain"], f"{path}domain", faults) if each.get("domain") else _only_domain(items),
        }
        found.append(score | (_sum(each, by_code, path, faults) if "members" in each else _any(each, items)))
    return found


def _sum(raw: Mapping[str, Any], by_code: Mapping[str, str], path: str, faults: Faults) -> Definition:
    members = [str(code) for code in raw["members"]] if isinstance(raw["members"], list) else []
    unknown = [code for code in members if code not in by_code]
    if unknown or not members:
        faults.add(f"{path}members", f"must be codes of questions of this file; unknown: {', '.join(unknown) or 'all'}")
    rule = _TOTAL.fullmatch(str(raw.get("positive") or ""))
    if rule is None:
        faults.add(f"{path}positive", "must say “total >= N”, N a whole number; no other rule can be reckoned")
    least = int(rule[1]) if rule else 0
    return {"method": "sum", "members": [by_code.get(code, "") for code in members], "at_least": least}


def _any(raw: Mapping[str, Any], items: list[Definition]) -> Definition:
    """A score without members says whether any question with a rule is positive, as in the Hunger Vital Sign."""
    members = [item["link_id"] for item in items if any(option["positive"] for option in item["options"])]
    answers = [each for each in raw.get("answers") or [] if isinstance(each, dict)]
    outcomes = [
        next((each.get("code") for each in answers if each.get("positive") is say), None) for say in (True, False)
    ]
    return {"method": "any", "members": members, "outcomes": outcomes}


def _domain(named: str, path: str, faults: Faults) -> NeedDomain | None:
    """Return the need of a domain; None where it is none of ours. A name that nobody knows is a fault."""
    if named not in DOMAINS.keys() | HARMLESS | ALONE:
        faults.add(path, f"is {named!r}, which is no domain. Give one as “food-insecurity” or “housing-instability”")
    return DOMAINS.get(named)


def _only_domain(items: list[Definition]) -> NeedDomain | None:
    domains = {item["domain"] for item in items}
    return domains.pop() if len(domains) == 1 else None


def _maybe(raw: Mapping[str, Any], name: str) -> str | None:
    value = raw.get(name)
    return value.strip() or None if isinstance(value, str) else None
