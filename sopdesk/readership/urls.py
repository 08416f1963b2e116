"""Addresses of readership."""

from __future__ import annotations

from django.urls import URLPattern, path

from sopdesk.readership.views import own, planning, readiness

app_name = "readership"
urlpatterns: list[URLPattern] = [
    path("must-read", own.own_list, name="own"),
    path("must-read/changed", own.changed, name="changed"),
    path("must-read/watching", own.watches, name="watches"),
    path("must-read/<int:pk>", own.must_read, name="read"),
    path("must-read/<int:pk>/confirm", own.confirm, name="confirm"),
    path("must-read/<int:pk>/check", own.check, name="check"),
    path("documents/<int:pk>/watch", own.watch, name="watch"),
    path("documents/<int:pk>/unwatch", own.unwatch, name="unwatch"),
    path("readiness", readiness.report, name="report"),
    path("readiness/groups", readiness.by_group, name="groups"),
    path("readiness/people", readiness.by_person, name="people"),
    path("readiness/<int:pk>", readiness.of_one, name="readiness"),
    path("readiness/<int:pk>/people", readiness.people_of_one, name="readers"),
    path("readiness/<int:pk>/close", readiness.close, name="close"),
    path("readiness/<int:pk>/move", readiness.move, name="move"),
    path("changes/<int:change_id>/reading", planning.plan, name="plan"),
    path("changes/<int:change_id>/reading/plan", planning.plan_save, name="plan_save"),
    path("changes/<int:change_id>/reading/gate", planning.gate_set, name="gate_set"),
    path("changes/<int:change_id>/reading/gate/remove", planning.gate_remove, name="gate_remove"),
    path("changes/<int:change_id>/reading/gate/override", planning.gate_override, name="gate_override"),
    path("changes/<int:change_id>/reading/questions/new", planning.question_new, name="question_new"),
    path("changes/<int:change_id>/reading/questions/<int:pk>", planning.question_edit, name="question_edit"),
    path(
        "changes/<int:change_id>/reading/questions/<int:pk>/remove",
        planning.question_remove,
        name="question_remove",
    ),
]
