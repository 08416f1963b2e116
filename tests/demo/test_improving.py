"""The demo has something of each kind for "Where to work next", a scorecard and initiatives that hold together."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from metrics.improving.definitions import AUTOMATION_ONE_TOUCH, LEVER, aims
from sopdesk.demo import initiatives, quality, ticket_file
from sopdesk.demo.content import Content, load
from sopdesk.demo.ticket_talk import EASY
from sopdesk.demo.tickets import END, REASONS
from sopdesk.text import markdown


@pytest.fixture(scope="module")
def content() -> Content:
    return load()


def test_a_tag_of_the_tickets_has_no_sop(content: Content) -> None:
    governed = {label for sop in content.of_kind("sop") for label in sop.data["labels"]}
    assert {reason.label for reason in REASONS} <= governed
    assert ticket_file.OWN_TAG not in governed | {label.key for label in content.labels}


def test_a_frequent_labels_sop_is_past_its_review(content: Content) -> None:
    (bugs,) = [sop for sop in content.of_kind("sop") if sop.key == "SOP-0023"]
    since = max(version.in_force for version in bugs.versions)
    assert "bug-report" in bugs.data["labels"]
    assert (since + timedelta(days=31 * bugs.data["review_months"])).date() < END


def test_easy_labels_are_solved_by_one_reply() -> None:
    pending = {reason.label: reason.pending for reason in REASONS}
    for label, share in EASY.items():
        assert (1 - pending[label]) * share > AUTOMATION_ONE_TOUCH, label


def test_each_criterion_has_its_likelihood_and_its_section(content: Content) -> None:
    assert len(quality.LIKELY) == len(quality.CRITERIA)
    assert np.all((np.array(quality.LIKELY) > 0.5) & (np.array(quality.LIKELY) < 1))
    sops = {sop.key: sop for sop in content.of_kind("sop")}
    for criterion in quality.CRITERIA:
        if "sop_key" in criterion:
            text = markdown.render(sops[criterion["sop_key"]].versions[-1].body)
            assert criterion["sop_anchor"] in {section.anchor for section in text.sections}, criterion["name"]


def test_initiatives_name_what_is_there(content: Content) -> None:
    sops = {sop.key: sop for sop in content.of_kind("sop")}
    for plan in initiatives.PLANS:
        assert plan.label in sops[plan.sop].data["labels"]
        assert len(sops[plan.sop].versions) >= initiatives.PLANTED
        assert plan.metric in aims()
        assert plan.lever in LEVER
