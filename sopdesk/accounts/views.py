"""People, teams and one's own profile."""

from __future__ import annotations

from allauth.account.forms import ResetPasswordForm
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sopdesk.accounts import placing, staffing
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.errors import StaffingRefused
from sopdesk.accounts.filters import PersonFilter
from sopdesk.accounts.forms import PersonForm, ProfileForm, TeamForm
from sopdesk.accounts.models import Team, User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.listing import Listing

PEOPLE_SORTS = {"name": ("name",), "team": ("team__site__name", "team__name", "name"), "email": ("email",)}
TEAM_SORTS = {"team": ("name",), "site": ("site__name", "name"), "people": ("members_count",)}


@permission_required(Permission.PEOPLE_READ)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody whom this person may see."""
    found = User.objects.visible_to(request.user).select_related("team__site")
    listing = Listing(request.GET, found, PersonFilter, sorts=PEOPLE_SORTS, sort="name", request=request)
    may_edit = allows(request.user, Permission.PEOPLE_EDIT)
    return render(request, "accounts/people.html", {"listing": listing, "may_edit": may_edit})


@permission_required(Permission.PEOPLE_READ)
@require_safe
def teams(request: HttpRequest) -> HttpResponse:
    """Teams with their sites."""
    found = Team.objects.visible_to(request.user).select_related("site").with_members()
    listing = Listing(request.GET, found, sorts=TEAM_SORTS, sort="site")
    may_edit = allows(request.user, Permission.PEOPLE_EDIT)
    return render(request, "accounts/teams.html", {"listing": listing, "may_edit": may_edit})


@permission_required(Permission.PEOPLE_EDIT)
def team_add(request: HttpRequest) -> HttpResponse:
    """A team at a site that is there, or at a new one."""
    form = TeamForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            team = placing.add_team(actor=signed_in(request), name=form.cleaned_data["name"], at=form.place())
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("%(team)s is there. Add its people next.") % {"team": team})
            return redirect("accounts:teams")
    return render(request, "accounts/team_add.html", {"form": form}, status=422 if form.errors else 200)


@permission_required(Permission.PEOPLE_EDIT)
def person_add(request: HttpRequest) -> HttpResponse:
    form = PersonForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            person = staffing.add_person(actor=signed_in(request), **form.values())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            _send_password_link(request, person)
            return redirect("accounts:people")
    return render(request, "accounts/person_add.html", {"form": form}, status=422 if form.errors else 200)


@permission_required(Permission.PEOPLE_EDIT)
def person_edit(request: HttpRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(User, pk=person_id)
    form = PersonForm(_posted(request), instance=person)
    if request.method == "POST" and form.is_valid():
        try:
            staffing.change_person(person, actor=signed_in(request), **form.values())
        except (StaffingRefused, ValidationError) as refusal:
            form.add_error(None, str(refusal) if isinstance(refusal, StaffingRefused) else refusal)
        else:
            messages.success(request, _("%(name)s was changed.") % {"name": form.cleaned_data["name"]})
            return redirect("accounts:people")
    context = {"form": form, "person": person}
    return render(request, "accounts/person_edit.html", context, status=422 if form.errors else 200)


@permission_required(Permission.PEOPLE_EDIT)
@require_POST
def person_end(request: HttpRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(User, pk=person_id)
    try:
        staffing.end_sign_in(person, actor=signed_in(request))
    except StaffingRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s can no longer sign in.") % {"name": person.name})
    return redirect("accounts:person_edit", person.pk)


@permission_required(Permission.PEOPLE_EDIT)
@require_POST
def person_restore(request: HttpRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(User, pk=person_id)
    staffing.restore_sign_in(person, actor=signed_in(request))
    messages.success(request, _("%(name)s can sign in again.") % {"name": person.name})
    return redirect("accounts:person_edit", person.pk)


@permission_required(Permission.PEOPLE_EDIT)
@require_POST
def person_remove_factor(request: HttpRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(User, pk=person_id)
    staffing.remove_second_factor(person, actor=signed_in(request))
    messages.success(request, _("%(name)s signs in by password alone now.") % {"name": person.name})
    return redirect("accounts:person_edit", person.pk)


@permission_required(Permission.PEOPLE_EDIT)
@require_POST
def person_send_link(request: HttpRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(User, pk=person_id, is_active=True)
    _send_password_link(request, person)
    return redirect("accounts:person_edit", person.pk)


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    form = ProfileForm(_posted(request), instance=User.objects.get(pk=person.pk))
    if request.method == "POST" and form.is_valid():
        staffing.change_profile(actor=person, **form.cleaned_data)
        messages.success(request, _("Your profile was saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.errors else 200)


def closed(request: HttpRequest) -> HttpResponse:
    """Pages of allauth that this desk does not have: nobody changes their own e-mail address."""
    raise Http404


def _posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even when that is nothing: an empty form that was sent has errors, one that was not has none."""
    return request.POST if request.method == "POST" else None


def _send_password_link(request: HttpRequest, person: User) -> None:
    """Mail the link by which somebody sets a password, the same as for one who forgot it."""
    mail = ResetPasswordForm({"email": person.email})
    if mail.is_valid():
        mail.save(request)
        words = _("A mail with a link to set a password is on its way to %(email)s.")
        messages.success(request, words % {"email": person.email})
