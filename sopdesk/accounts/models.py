"""Who there is: sites, their teams, and the people in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.functions import ReviewFunction
from sopdesk.accounts.permissions import Role
from sopdesk.accounts.querysets import SiteQuerySet, TeamQuerySet, UserQuerySet
from sopdesk.accounts.zones import validate_time_zone

if TYPE_CHECKING:
    from collections.abc import Hashable

    from django.contrib.auth.models import AnonymousUser


class Site(models.Model):
    """A place of work: one of our own, or a vendor's."""

    class Kind(models.TextChoices):
        IN_HOUSE = "in_house", _("in-house")
        VENDOR = "vendor", _("vendor")

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])

    objects: ClassVar[SiteQuerySet] = SiteQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People who work one kind of contact at one site. Audiences and tickets name a team by its slug."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="teams", verbose_name=_("site"))
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("short name"), max_length=40, unique=True)

    objects: ClassVar[TeamQuerySet] = TeamQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["site__name", "name"]
        constraints = [models.UniqueConstraint("site", "name", name="team_name_unique_in_site")]

    def __str__(self) -> str:
        return f"{self.name} ({self.site.name})"


class UserManager(BaseUserManager["User"]):
    """Makes people; e-mail addresses are kept in lower case, since people type them either way."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: User | AnonymousUser) -> UserQuerySet:
        return self.get_queryset().visible_to(user)

    def administrators(self) -> UserQuerySet:
        return self.get_queryset().administrators()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """The first administrator, by `manage.py createsuperuser`: an empty desk has no other way in."""
        return self.create_user(email, password, **{"roles": [Role.ADMINISTRATOR], **fields})

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username or "")


class User(AbstractBaseUser):
    """A person who signs in. What they may do follows from `roles` through accounts/permissions.py alone."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("team")
    )
    roles = ArrayField(
        models.CharField(max_length=24, choices=Role.choices),
        default=list,
        blank=True,
        verbose_name=_("roles"),
    )
    functions = ArrayField(
        models.CharField(max_length=20, choices=ReviewFunction.choices),
        default=list,
        blank=True,
        verbose_name=_("reviews for"),
        help_text=_("What their approval counts for, where a rule asks for it."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Dublin", validators=[validate_time_zone]
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_any_case")]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    def ways(self) -> Hashable:
        """What they may do: whoever may do the same is asked about in the same words (sopdesk/postgres/worded.py)."""
        return tuple(self.roles), tuple(self.functions), self.is_active, self.team is None

    def told(self) -> tuple[Any, ...]:
        """Who they are and where they work, which stands in those words as values."""
        team = self.team
        return (self.pk,) if team is None else (self.pk, team.pk, team.site_id, team.slug)

    def stand_in(self, told: tuple[Any, ...]) -> User:
        """Somebody of whom this is told, who may do the same and is nothing else."""
        pk, *place = told
        team = Team(pk=place[0], site_id=place[1], slug=place[2]) if place else None
        may = {"roles": self.roles, "functions": self.functions, "is_active": self.is_active}
        return User(pk=pk, team=team, **may)

    @property
    def role_names(self) -> list[str]:
        """The roles in words, in the table's order."""
        return [str(role.label) for role in Role if role.value in self.roles]

    @property
    def function_names(self) -> list[str]:
        """The functions they approve for, in words."""
        return [str(function.label) for function in ReviewFunction if function.value in self.functions]
