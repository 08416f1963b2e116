"""Django's own tags, said faster; built in (settings). Each gives what Django's gives, to the letter.

{% url "sops:read" key %}   remembers addresses (sopdesk/text/reversing.py)
"""

from __future__ import annotations

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.utils.html import conditional_escape

from sopdesk.text.reversing import address

register = template.Library()


class _Address(URLNode):
    """Without keyword arguments and without `as`: the others are few."""

    def render(self, context: Context) -> str:
        args = [arg.resolve(context) for arg in self.args]
        match = getattr(getattr(context, "request", None), "resolver_match", None)
        try:
            found = address(self.view_name.resolve(context), *args, within=getattr(match, "namespace", None))
        except TypeError:  # one that cannot be looked up by
            return super().render(context)
        return conditional_escape(found) if context.autoescape else found


@register.tag
def url(parser: Parser, token: Token) -> template.Node:
    node = django_url(parser, token)
    if node.kwargs or node.asvar:
        return node
    return _Address(node.view_name, node.args, node.kwargs, node.asvar)
