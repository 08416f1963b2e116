"""Addresses of discussion: all of them below the change that is talked about."""

from __future__ import annotations

from django.urls import path

from sopdesk.discussion.views import outsiders, steps, threads

app_name = "discussion"
_all = "changes/<int:change_id>/threads"
_one = f"{_all}/<int:pk>"

urlpatterns = [
    path("changes/people", threads.people, name="people"),
    path(_all, threads.thread_list, name="list"),
    path(f"{_all}/new", threads.thread_new, name="new"),
    path(f"{_all}/accept", steps.suggestion_accept_all, name="accept_all"),
    path(_one, threads.thread_read, name="read"),
    path(f"{_one}/reply", steps.thread_reply, name="reply"),
    path(f"{_one}/resolve", steps.thread_resolve, name="resolve"),
    path(f"{_one}/reopen", steps.thread_reopen, name="reopen"),
    path(f"{_one}/demand", steps.thread_demand, name="demand"),
    path(f"{_one}/lift", steps.thread_lift, name="lift"),
    path(f"{_one}/accept", steps.suggestion_accept, name="accept"),
    path(f"{_one}/reject", steps.suggestion_reject, name="reject"),
    path("review/<str:token>/comment", outsiders.outside_comment, name="outside_comment"),
    path("changes/<int:change_id>/comments/<int:pk>/edit", threads.comment_edit, name="comment_edit"),
]
