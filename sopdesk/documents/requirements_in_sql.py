"""What changes need, asked of all of them at once: `requirements` in SQL, for lists.

Written out, for in the ORM one such condition took a third of a desk. The rules are joined as rows, so that the
statement is the same however many there are. `tests/documents/test_requirements.py` holds it equal to `requirements`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

_MATCHES = """
    (rule.risk = '' OR {side}.data ->> 'risk' = rule.risk)
    AND (rule.topic = '' OR {side}.data -> 'topics' @> jsonb_build_array(rule.topic))
    AND (rule.audience = '' OR {side}.audience = rule.audience)
"""

# Which functions the rules ask about a change, by any of its drafts, as it is or as it was: `asks_about`.
_ASKED = f"""
    SELECT item.change_id, function
    FROM documents_changeitem item
    JOIN documents_document document ON document.id = item.document_id
    LEFT JOIN documents_version base ON base.id = item.base_version_id
    JOIN documents_reviewrule rule ON (rule.kind = '' OR rule.kind = document.kind)
        AND (({_MATCHES.format(side="item")}) OR ({_MATCHES.format(side="base")}))
    CROSS JOIN unnest(rule.functions) function
"""  # noqa: S608 - constants

# `counting`, for what is in review.
_STANDING = """
    SELECT approval.change_id, approval.reviewer_id, approval.functions
    FROM documents_approval approval
    JOIN documents_change change ON change.id = approval.change_id AND change.state = 'in_review'
    LEFT JOIN documents_outsidereviewer outside ON outside.id = approval.outside_id
    WHERE approval.voided_at IS NULL AND NOT EXISTS (
        SELECT FROM documents_change_authors author
        WHERE author.change_id = approval.change_id AND author.user_id = outside.asked_by_id
    )
"""

# `Requirements.waits_for`. Parameters: person, person, person, person, functions.
_WAITING = f"""
    WITH standing AS ({_STANDING}),
    lacking AS (
        SELECT asked.change_id, asked.function
        FROM ({_ASKED}) asked
        JOIN documents_change change ON change.id = asked.change_id AND change.state = 'in_review'
        WHERE NOT EXISTS (
            SELECT FROM standing
            WHERE standing.change_id = asked.change_id AND asked.function = ANY (standing.functions)
        )
    )
    SELECT change.id
    FROM documents_change change
    WHERE change.state = 'in_review'
    AND change.id NOT IN (SELECT change_id FROM standing WHERE reviewer_id = %s)
    AND change.id NOT IN (SELECT change_id FROM documents_change_authors WHERE user_id = %s)
    AND (
        change.claimed_by_id = %s
        OR change.id IN (SELECT change_id FROM documents_askedreviewer WHERE reviewer_id = %s)
        OR change.id IN (SELECT change_id FROM lacking WHERE function = ANY (%s))
        OR (
            change.claimed_by_id IS NULL
            AND change.id NOT IN (SELECT change_id FROM lacking)
            AND change.id NOT IN (SELECT change_id FROM standing WHERE reviewer_id IS NOT NULL)
            AND NOT EXISTS (SELECT FROM documents_askedreviewer named WHERE named.change_id = change.id)
        )
    )
"""  # noqa: S608 - constants


def waiting_for(person: User) -> Q:
    """The changes in review that this person's approval would bring further, as `Requirements.waits_for` says it of
    one: a condition on Change."""
    return Q(pk__in=RawSQL(_WAITING, [person.pk] * 4 + [list(person.functions)]))  # noqa: S611


def asking_for(function: str) -> Q:
    """The changes that need this function's approval, given or not: a condition on Change."""
    asking = f"SELECT change_id FROM ({_ASKED}) asked WHERE asked.function = %s"  # noqa: S608 - constants
    return Q(pk__in=RawSQL(asking, [function]))  # noqa: S611
