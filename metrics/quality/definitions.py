"""What IQS is, in the same form as every other metric."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from metrics.definitions import Metric, Unit

IQS: Final = Metric(
    key="iqs", label=_("IQS"), unit=Unit.SHARE, numerator=("score",), denominator=("reviews",),
    formula=_("of a review: Σ(weight × score) ÷ Σ weight, 0 after a critical fail; of many: the mean of the reviews"),
    prose=_("How well tickets were worked on, by reviewers who score sampled tickets on a scorecard. What did not apply"
            " (N/A) is left out of a review. A critical criterion scored 0 makes the whole review 0. A review in which "
            "nothing applied counts nowhere. By SOP section it is worked out in the same way, of the criteria that "
            "point at that section alone: a critical fail among them makes it 0, one on another criterion does not. By "
            "criterion it is the share of its points that was reached. The interval is that of a mean (Student’s t), "
            "kept within 0 and 100 %. An agent’s figure is shown from 20 reviews on, to those who may read figures of "
            "agents."),
    day=_("The day the review was finished."),
    excluded=_("Reviews for calibration; reviews in which nothing applied. One given back was never finished."),
    source="Scorecards under Metrics, Quality", needs=frozenset({"quality_review"}),
    shown="iqs", better=1,
)  # fmt: skip
