"""The one app of the benchmark's Wagtail site."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "wagtail_site.home"
    label = "home"
