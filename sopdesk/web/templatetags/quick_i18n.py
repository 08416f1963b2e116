"""Django's `{% load i18n %}` (settings name this library so), with two of its tags said faster, of which a page has a
hundred.

{% translate "constant" %} needs no filter, no context and no lazy string, for nothing about it varies but the language.
{% blocktranslate with name=value %} puts its sentence together once, and its values in without a context of their own.
"""

from __future__ import annotations

from django import template
from django.template.base import Parser, Token, Variable, render_value_in_context
from django.template.context import Context
from django.templatetags import i18n
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from sopdesk.text.escaping import own_words

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class _Said(template.Node):
    """A constant in the language of now: a template's own words are safe, and so is their translation."""

    def __init__(self, words: str) -> None:
        self.msgid = words.replace("%", "%%")

    def render(self, context: Context) -> SafeString:
        return own_words(self.msgid)


class _Sentence(i18n.BlockTranslateNode):
    """Without a plural and a context of the message, and with values of its own alone."""

    def __init__(self, node: i18n.BlockTranslateNode) -> None:
        self.__dict__.update(node.__dict__)
        self.msgid, self.names = self.render_token_list(self.singular)

    def render(self, context: Context, nested: bool = False) -> str:
        values = {
            name: render_value_in_context(value.resolve(context), context)
            for name, value in self.extra_context.items()
        }
        try:
            return gettext(self.msgid) % values
        except (KeyError, ValueError):  # of a translation with other names in it
            return str(super().render(context, nested))


@register.tag("blocktranslate")
@register.tag("blocktrans")
def block_translate(parser: Parser, token: Token) -> template.Node:
    node = i18n.do_block_translate(parser, token)
    if node.plural or node.countervar or node.message_context or node.asvar:
        return node
    sentence = _Sentence(node)
    return sentence if sentence.extra_context.keys() >= {*sentence.names} else node


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> template.Node:
    node = i18n.do_translate(parser, token)
    variable = node.filter_expression.var
    plain = isinstance(variable, Variable) and isinstance(variable.literal, str)
    if not plain or node.noop or node.asvar or node.message_context or node.filter_expression.filters:
        return node
    return _Said(variable.literal)
