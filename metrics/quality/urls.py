"""Addresses of quality."""

from django.urls import path

from metrics.quality.views import calibrations, given, imports, reviews, sampling, scorecards

app_name = "quality"
urlpatterns = [
    path("metrics/quality/queue", reviews.queue, name="queue"),
    path("metrics/quality/reviews", reviews.review_list, name="reviews"),
    path("metrics/quality/reviews/<int:review_id>", reviews.review, name="review"),
    path("metrics/quality/reviews/<int:review_id>/decline", reviews.decline, name="decline"),
    path("metrics/quality/reviews/<int:review_id>/dispute", reviews.dispute, name="dispute"),
    path("metrics/quality/disputes/<int:dispute_id>/settle", reviews.settle, name="settle"),
    path("metrics/quality/scorecards", scorecards.scorecard_list, name="scorecards"),
    path("metrics/quality/scorecards/new", scorecards.scorecard_new, name="scorecard_new"),
    path("metrics/quality/scorecards/<int:card_id>", scorecards.scorecard, name="scorecard"),
    path("metrics/quality/scorecards/<int:card_id>/edit", scorecards.scorecard_edit, name="scorecard_edit"),
    path(
        "metrics/quality/scorecards/<int:card_id>/active",
        scorecards.scorecard_active,
        name="scorecard_active",
    ),
    path("metrics/quality/sampling", sampling.sampling_list, name="sampling"),
    path("metrics/quality/sampling/new", sampling.rule_new, name="rule_new"),
    path("metrics/quality/sampling/<int:rule_id>/edit", sampling.rule_edit, name="rule_edit"),
    path("metrics/quality/sampling/<int:rule_id>/draw", sampling.rule_draw, name="rule_draw"),
    path("metrics/quality/calibrations", calibrations.calibration_list, name="calibrations"),
    path("metrics/quality/calibrations/new", calibrations.calibration_new, name="calibration_new"),
    path("metrics/quality/calibrations/<int:calibration_id>", calibrations.calibration, name="calibration"),
    path(
        "metrics/quality/calibrations/<int:calibration_id>/criteria/<int:criterion_id>/<int:one>/<int:other>",
        calibrations.pair,
        name="calibration_pair",
    ),
    path(
        "metrics/quality/calibrations/<int:calibration_id>/without/<int:person_id>",
        calibrations.leave_out,
        name="leave_out",
    ),
    path("metrics/quality/given", given.given_out, name="given_out"),
    path("metrics/quality/given/<int:person_id>", given.given_to, name="given_to"),
    path("metrics/quality/imports", imports.import_list, name="imports"),
    path("metrics/quality/imports/new", imports.import_new, name="import_new"),
    path("metrics/quality/imports/<int:import_id>", imports.import_read, name="import_read"),
    path("metrics/quality/imports/<int:import_id>/bring", imports.import_bring, name="import_bring"),
    path("metrics/quality/imports/<int:import_id>/discard", imports.import_discard, name="import_discard"),
    path("metrics/quality/imports/<int:import_id>/rejected", imports.import_rejected, name="import_rejected"),
]
