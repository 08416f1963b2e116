"""What is stored of quality: what is looked at, which tickets were drawn, and what reviewers found."""

from metrics.quality.models.reviews import Calibration, Dispute, Mark, QualityImport, Review
from metrics.quality.models.sampling import Draw, SamplingRule
from metrics.quality.models.scorecards import Criterion, Scorecard, ScorecardVersion

__all__ = [
    "Calibration",
    "Criterion",
    "Dispute",
    "Draw",
    "Mark",
    "QualityImport",
    "Review",
    "SamplingRule",
    "Scorecard",
    "ScorecardVersion",
]
