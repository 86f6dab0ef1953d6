"""The OpenAPI 3.1 document of our open API, as it is today: what callers and scanners read before they ask."""

from typing import Any

UUID_TEXT = {"type": "string", "format": "uuid"}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
SERVICE = {
    "type": "object",
    "required": ["id", "name", "status"],
    "properties": {"id": UUID_TEXT, "name": {"type": "string"}, "status": {"type": "string"}},
}
PAGE = {
    "type": "object",
    "required": ["total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"],
    "properties": {
        "total_items": {"type": "integer"},
        "total_pages": {"type": "integer"},
        "page_number": {"type": "integer"},
        "size": {"type": "integer"},
        "first_page": {"type": "boolean"},
        "last_page": {"type": "boolean"},
        "empty": {"type": "boolean"},
        "contents": {"type": "array", "items": {"$ref": "#/components/schemas/service"}},
    },
}


def document(version: str, most_per_page: int) -> dict[str, Any]:
    """Return the document. `version`: of HSDS; `most_per_page`: the greatest `per_page`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "NeedsRx open API",
            "version": version,
            "description": "Services of the directory, in the words of HSDS. No sign-in; limited for each address.",
        },
        "paths": {
            "/hsds/": {"get": _operation("about", "About this API", {"type": "object"})},
            "/hsds/services": {
                "get": _operation("services", "One page of services", {"$ref": "#/components/schemas/page"})
                | {"parameters": _parameters(most_per_page)}
            },
            "/hsds/services/{service_id}": {
                "get": _operation(
                    "service", "One service with all that belongs to it", {"$ref": "#/components/schemas/service"}
                )
                | {"parameters": [{"name": "service_id", "in": "path", "required": True, "schema": UUID_TEXT}]}
            },
            "/healthz": {
                "get": _operation("health", "Whether the product and its worker are well", {"type": "object"})
            },
        },
        "components": {"schemas": {"service": SERVICE, "page": PAGE, "problem": PROBLEM}},
    }


def _parameters(most_per_page: int) -> list[dict[str, Any]]:
    def one(name: str, schema: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "in": "query", "required": False, "schema": schema}

    return [
        one("search", {"type": "string"}),
        one("organization_id", UUID_TEXT),
        one("page", {"type": "integer", "minimum": 1, "maximum": 10**6}),
        one("per_page", {"type": "integer", "minimum": 1, "maximum": most_per_page}),
    ]


def _operation(name: str, summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}
    words = {
        "400": "The request could not be read.",
        "404": "There is no such thing.",
        "422": "A parameter cannot be used; the answer names it.",
        "429": "Asked too often; wait.",
        "503": "The database is busy or away; try again.",
    }
    return {
        "operationId": name,
        "summary": summary,
        "responses": {
            "200": {"description": summary, "content": {"application/json": {"schema": schema}}},
            **{status: {"description": text, "content": problem} for status, text in words.items()},
        },
    }
