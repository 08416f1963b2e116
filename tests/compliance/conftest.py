"""A small catalogue to change, and the shipped one."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from compliance.loading import Report, load

Catalogue = dict[str, Any]


def requirement(key: str, **fields: Any) -> Catalogue:
    return {
        "id": key,
        "framework": "gdpr",
        "article": "Art. 12(3)",
        "title": f"Title of {key}",
        "duty": "Answer within one month.",
        "applies_when": "Somebody asks for their data.",
        "triggers": ["dsar-access"],
        "flags": [],
        "evidence": ["The deadline in words"],
        "time_limits": [],
        "amounts": [],
        "gate": "blocker",
        "tier": "core",
        "verified": True,
        "source_checked": "eu-text",
        **fields,
    }


def limit(key: str = "respond", **fields: Any) -> Catalogue:
    return {
        "id": key,
        "kind": "deadline",
        "value": 1,
        "unit": "month",
        "calendar": "eu",
        "starts": "request",
        "stops": "reply",
        "ticket_measure": "created->resolved",
        **fields,
    }


SMALL: Catalogue = {
    "schema_version": 1,
    "catalogue": {"version": "1.1", "as_of": "2026-11-22", "disclaimer": "Not advice."},
    "calendars": [{"id": "eu", "rule": "Days are counted.", "applies_to": "EU", "verified": "text"}],
    "time_limit_kinds": {"deadline": "act before it ends"},
    "gates": {"blocker": "stops", "major": "needs a waiver"},
    "tiers": {"core": "on", "extended": "off"},
    "flags": {"psp": "payment service provider"},
    "sources": {"eu-text": "read"},
    "trigger_vocabulary": ["dsar-access", "refund"],
    "frameworks": [
        {
            "id": "gdpr",
            "name": "Data protection",
            "instrument": "Regulation",
            "jurisdiction": "EU",
            "status": "in force",
            "url": "https://example.org/gdpr",
            "content_version": 1,
        }
    ],
    "regulatory_watch": [
        {
            "id": "watch-a",
            "title": "New law",
            "status": "proposed",
            "known": ["It comes"],
            "affects_prefix": ["a-"],
            "source": "eu-text",
            "verified": True,
        }
    ],
    "mappings": [{"source": "a-one", "target": "b-two", "relation": "subset", "note": "narrower"}],
    "requirements": [
        requirement("a-one", time_limits=[limit()]),
        requirement("b-two", gate="major", tier="extended"),
    ],
}


@pytest.fixture
def small() -> Catalogue:
    return deepcopy(SMALL)


@pytest.fixture
def load_small(tmp_path: Path, db: None) -> Callable[[Catalogue], Report]:
    def write_and_load(data: Catalogue) -> Report:
        path = tmp_path / "catalogue.yaml"
        path.write_text(yaml.safe_dump(data))
        return load(path)

    return write_and_load


def raised(data: Catalogue, version: str = "1.2") -> Catalogue:
    """The next catalogue, with the framework's content version raised."""
    following = deepcopy(data)
    following["catalogue"]["version"] = version
    following["frameworks"][0]["content_version"] += 1
    return following
