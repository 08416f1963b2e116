"""Who may reach what. One line for each URL, method and sort of thing; a new URL needs a line.

Columns: URL name, method, arguments (of tests/access_world.py; "-" for none; key=value for named ones), then one
letter a role: anonymous, agent, agent of a vendor, author, reviewer, compliance officer, lead of a vendor, analyst,
administrator.
o 200 · r 302 onwards · l 302 to log in · x 404 · f 403 · m 405 · i 422 (form to mend) · b 400 · c 409 · n 204 · s 503
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tests.access_table_dashboards import DASHBOARDS
from tests.access_table_effects import EFFECTS
from tests.access_table_metrics import MEASURING
from tests.access_table_privacy import PRIVACY
from tests.access_table_promises import PROMISES
from tests.access_table_review import REVIEWING

LETTERS = {
    "o": 200,
    "r": 302,
    "l": 302,
    "x": 404,
    "f": 403,
    "m": 405,
    "i": 422,
    "b": 400,
    "c": 409,
    "n": 204,
    "s": 503,
}

# name -> why no request can reach it
NOT_SERVED: dict[str, str] = {}

TABLE = """
# Signing in: allauth's own pages
account_login                          GET   -                    o r r r r r r r r
account_login                          POST  -                    o r r r r r r r r
account_logout                         GET   -                    r o o o o o o o o
account_logout                         POST  -                    r r r r r r r r r
account_inactive                       GET   -                    o o o o o o o o o
account_signup                         GET   -                    o r r r r r r r r
account_signup                         POST  -                    o r r r r r r r r
account_reauthenticate                 GET   -                    l o o o o o o o o
account_reauthenticate                 POST  -                    f o o o o o o o o
account_email                          GET   -                    x x x x x x x x x
account_email                          POST  -                    x x x x x x x x x
account_email_verification_sent        GET   -                    o o o o o o o o o
account_change_password                GET   -                    l o o o o o o o o
account_change_password                POST  -                    f o o o o o o o o
account_set_password                   GET   -                    l r r r r r r r r
account_reset_password                 GET   -                    o o o o o o o o o
account_reset_password                 POST  -                    o o o o o o o o o
account_confirm_login_code             GET   -                    l r r r r r r r r
account_confirm_email                  GET   key=abc              o o o o o o o o o
account_confirm_email                  POST  key=abc              x x x x x x x x x
account_reset_password_from_key_done   GET   -                    o o o o o o o o o
account_reset_password_done            GET   -                    o o o o o o o o o
mfa_index                              GET   -                    l o o o o o o o o
mfa_authenticate                       GET   -                    l r r r r r r r r
mfa_reauthenticate                     GET   -                    l r r r r r r r r
mfa_activate_totp                      GET   -                    l r r r r r r r r
mfa_activate_totp                      POST  -                    f r r r r r r r r
mfa_deactivate_totp                    GET   -                    l x x x x x x x x
mfa_view_recovery_codes                GET   -                    l x x x x x x x x
mfa_generate_recovery_codes            GET   -                    l r r r r r r r r
mfa_download_recovery_codes            GET   -                    l x x x x x x x x
mfa_list_webauthn                      GET   -                    l o o o o o o o o
mfa_add_webauthn                       GET   -                    l r r r r r r r r
mfa_login_webauthn                     GET   -                    l r r r r r r r r
mfa_login_webauthn                     POST  -                    l r r r r r r r r
mfa_remove_webauthn                    GET   1                    l r r r r r r r r
mfa_remove_webauthn                    POST  1                    f r r r r r r r r
mfa_edit_webauthn                      GET   1                    l r r r r r r r r
account_reset_password_from_key        GET   uidb36=1,key=abc     o o o o o o o o o
mfa_reauthenticate_webauthn            GET   -                    l r r r r r r r r
# People
accounts:people                        GET   -                    l x x o o o o x o
accounts:teams                         GET   -                    l x x o o o o x o
accounts:team_add                      GET   -                    l x x x x x x x o
accounts:team_add                      POST  -                    f x x x x x x x i
accounts:person_add                    GET   -                    l x x x x x x x o
accounts:person_add                    POST  -                    f x x x x x x x i
accounts:person_edit                   GET   dev                  l x x x x x x x o
accounts:person_edit                   GET   999999               l x x x x x x x x
accounts:person_edit                   POST  dev                  f x x x x x x x i
accounts:person_end                    GET   dev                  l x x x x x x x m
accounts:person_end                    POST  dev                  f x x x x x x x r
accounts:person_restore                GET   dev                  l x x x x x x x m
accounts:person_restore                POST  dev                  f x x x x x x x r
accounts:person_send_link              GET   dev                  l x x x x x x x m
accounts:person_send_link              POST  dev                  f x x x x x x x r
accounts:person_remove_factor          GET   dev                  l x x x x x x x m
accounts:person_remove_factor          POST  dev                  f x x x x x x x r
accounts:profile                       GET   -                    l o o o o o o o o
accounts:profile                       POST  -                    f i i i i i i i i
# The record
audit:list                             GET   -                    l x x x x o x x o
audit:list                             POST  -                    f x x x x m x x m
# Jobs
jobs:progress                          GET   job                  l x x x x x x o o
jobs:progress                          GET   999999               l x x x x x x x x
# Compliance
compliance:frameworks                  GET   -                    l x x o o o o o o
compliance:framework                   GET   gdpr                 l x x o o o o o o
compliance:framework                   GET   nope                 l x x x x x x x x
compliance:duty                        GET   duty                 l x x o o o o o o
compliance:duty                        GET   nope                 l x x x x x x x x
# The desk
choose_theme                           GET   -                    m m m m m m m m m
choose_theme                           POST  -                    r r r r r r r r r
healthz                                GET   -                    o o o o o o o o o
readyz                                 GET   -                    s s s s s s s s s
styleguide                             GET   -                    o o o o o o o o o
styleguide_reading                     GET   -                    o o o o o o o o o
styleguide_form                        GET   -                    o o o o o o o o o
styleguide_public                      GET   -                    o o o o o o o o o
desk                                   GET   -                    r o o o o o o o o
# Reading: one's own, and readiness
readership:own                         GET   -                    l o o o o o o o o
readership:changed                     GET   -                    l o o o o o o o o
readership:watches                     GET   -                    l o o o o o o o o
readership:read                        GET   must_read            l o o x x x o x x
readership:read                        GET   team_must_read       l o x x x x x x x
readership:read                        GET   999999               l x x x x x x x x
readership:confirm                     GET   must_read            m m m m m m m m m
readership:confirm                     POST  must_read            f c c x x x c x x
readership:check                       GET   must_read            l r r x x x r x x
readership:check                       POST  must_read            f r r x x x r x x
readership:watch                       GET   sop_pk               m m m m m m m m m
readership:watch                       POST  sop_pk               f r r r r r r r r
readership:watch                       POST  team_sop_pk          f r x r r r x x r
readership:unwatch                     POST  sop_pk               f r r r r r r r r
readership:unwatch                     POST  team_sop_pk          f r x r r r x x r
readership:report                      GET   -                    l x x o o o o x o
readership:groups                      GET   -                    l x x o o o o x o
readership:people                      GET   -                    l x x o o o o x o
readership:readiness                   GET   must_read            l x x o o o o x o
readership:readiness                   GET   team_must_read       l x x o o o x x o
readership:readiness                   GET   999999               l x x x x x x x x
readership:readers                     GET   must_read            l x x o o o o x o
readership:readers                     GET   team_must_read       l x x o o o x x o
readership:close                       POST  must_read            f x x i x x x x x
readership:close                       GET   must_read            m m m m m m m m m
readership:move                        POST  must_read            f x x i x x x x x
readership:plan                        GET   draft                l x x o o o x x o
readership:plan                        GET   999999               l x x x x x x x x
readership:plan_save                   GET   draft                m m m m m m m m m
readership:plan_save                   POST  draft                f x x i x x x x x
readership:question_new                GET   draft                l x x o x x x x x
readership:question_new                POST  draft                f x x i x x x x x
readership:question_edit               GET   draft,question       l x x o x x x x x
readership:question_edit               POST  draft,question       f x x i x x x x x
readership:question_remove             POST  draft,question       f x x r x x x x x
readership:gate_set                    POST  draft                f x x i i x x x x
readership:gate_remove                 POST  draft                f x x r r x x x x
readership:gate_override               POST  draft                f x x i i x x x x
# Changes: the policy team's workbench
changes:list                           GET   -                    l x x o o o x x o
changes:read                           GET   draft                l x x o o o x x o
changes:read                           GET   999999               l x x x x x x x x
changes:describe                       GET   draft                l x x o x x x x x
changes:describe                       POST  draft                f x x i x x x x x
changes:propose                        GET   draft                m m m m m m m m m
changes:propose                        POST  draft                f x x r x x x x x
changes:approve                        GET   proposed             m m m m m m m m m
changes:approve                        POST  proposed             f x x x i i x x x
changes:request_changes                POST  proposed             f x x x i i x x x
changes:withdraw                       GET   draft                l x x o x x x x x
changes:withdraw                       POST  draft                f x x r x x x x x
changes:publish                        GET   proposed             m m m m m m m m m
changes:publish                        POST  proposed             f x x c c x x x x
changes:schedule                       POST  proposed             f x x i i x x x x
changes:unschedule                     POST  proposed             f x x c c x x x x
changes:add                            POST  draft                f x x i x x x x x
changes:item_edit                      GET   draft,item           l x x o x x x x x
changes:item_edit                      POST  draft,item           f x x i x x x x x
changes:item_preview                   POST  draft,item           f x x o x x x x x
changes:item_save                      GET   draft,item           m m m m m m m m m
changes:item_save                      POST  draft,item           f x x i x x x x x
changes:item_presence                  POST  draft,item           f x x o x x x x x
changes:item_suggest                   GET   draft,item           l x x o x x x x x
changes:presence                       GET   draft                l x x o o o x x o
changes:paste                          POST  -                    f x x i x x x x x
pictures:add                           POST  -                    f x x i x x x x x
pictures:read                          GET   picture              x x x o o o x x o
changes:item_remove                    POST  draft,item           f x x r x x x x x
changes:item_rebase                    POST  draft,item           f x x i x x x x x
changes:item_rebase                    GET   draft,item           l x x o x x x x x
changes:item_rebase                    GET   draft,999999         l x x x x x x x x
changes:item_retire                    GET   draft,item           l x x o x x x x x
changes:item_retire                    POST  draft,item           f x x c x x x x x
changes:item_retire                    GET   proposed,999999      l x x x x x x x x
changes:publish_urgently               GET   proposed             l x x x o o x x x
changes:publish_urgently               POST  proposed             f x x x i i x x x
changes:publish_urgently               GET   999999               l x x x x x x x x
changes:confirm                        GET   proposed             m m m m m m m m m
changes:confirm                        POST  proposed             f x x x i i x x x
changes:undo                           GET   proposed             m m m m m m m m m
changes:undo                           POST  proposed             f x x x i i x x x
# The discussion of a change
discussion:people                      GET   -                    l x x o o o x x o
discussion:list                        GET   proposed             l x x o o o x x o
discussion:list                        GET   999999               l x x x x x x x x
discussion:read                        GET   proposed,thread      l x x o o o x x o
discussion:read                        GET   draft,thread         l x x x x x x x x
discussion:new                         GET   proposed             l x x o o o x x o
discussion:new                         POST  proposed             f x x i i i x x i
discussion:comment_edit                GET   proposed,comment     l x x o x x x x x
discussion:comment_edit                POST  proposed,comment     f x x i x x x x x
discussion:reply                       GET   proposed,thread      m m m m m m m m m
discussion:reply                       POST  proposed,thread      f x x i i i x x i
discussion:reply                       POST  draft,thread         f x x x x x x x x
discussion:resolve                     POST  proposed,thread      f x x r r r x x r
discussion:reopen                      POST  proposed,thread      f x x c c c x x c
discussion:demand                      POST  proposed,thread      f x x r r r x x c
discussion:lift                        POST  proposed,thread      f x x c c c x x c
discussion:accept                      POST  proposed,suggestion  f x x r x x x x x
discussion:reject                      POST  proposed,suggestion  f x x i i i x x i
discussion:accept_all                  POST  proposed             f x x r x x x x x
discussion:outside_comment             GET   token                m m m m m m m m m
discussion:outside_comment             POST  token                i i i i i i i i i
discussion:outside_comment             POST  guessed              x x x x x x x x x
# SOPs
sops:list                              GET   -                    l o o o o o o o o
sops:new                               GET   -                    l x x o x x x x x
sops:new                               POST  -                    f x x i x x x x x
sops:read                              GET   sop                  l o o o o o o o o
sops:read                              GET   nope                 l x x x x x x x x
sops:edit                              GET   sop                  m m m m m m m m m
sops:edit                              POST  sop                  f x x r x x x x x
sops:history                           GET   sop                  l o o o o o o o o
sops:version                           GET   sop,1                l o o o o o o o o
sops:version                           GET   sop,99               l x x x x x x x x
sops:restore                           GET   sop,1                m m m m m m m m m
sops:restore                           POST  sop,1                f x x r x x x x x
sops:flow                              GET   sop                  l o o o o o o o o
sops:flow                              GET   nope                 l x x x x x x x x
sops:flow_draft                        GET   draft,item           l x x o o o x x o
sops:flow_draft                        GET   draft,999999         l x x x x x x x x
sops:compare                           GET   sop,1,2              l o o o o o o o o
sops:read                              GET   team_sop             l o x o o o x x o
sops:edit                              POST  team_sop             f x x r x x x x x
sops:retire                            GET   sop                  l x x o x x x x x
sops:retire                            POST  sop                  f x x r x x x x x
sops:history                           GET   team_sop             l o x o o o x x o
sops:version                           GET   team_sop,1           l o x o o o x x o
sops:compare                           GET   team_sop,1,1         l o x o o o x x o
# Macros and labels
macros:list                            GET   -                    l o o o o o o o o
macros:new                             GET   -                    l x x o x x x x x
macros:new                             POST  -                    f x x i x x x x x
macros:read                            GET   macro                l o o o o o o o o
macros:read                            GET   nope                 l x x x x x x x x
macros:edit                            GET   macro                m m m m m m m m m
macros:edit                            POST  macro                f x x r x x x x x
macros:retire                          GET   macro                l x x o x x x x x
macros:retire                          POST  macro                f x x r x x x x x
macros:history                         GET   macro                l o o o o o o o o
macros:version                         GET   macro,1              l o o o o o o o o
macros:version                         GET   macro,99             l x x x x x x x x
macros:restore                         GET   macro,1              m m m m m m m m m
macros:restore                         POST  macro,1              f x x r x x x x x
macros:compare                         GET   macro,1,1            l o o o o o o o o
macros:label_list                      GET   -                    l o o o o o o o o
macros:label_new                       GET   -                    l x x o x x x x x
macros:label_new                       POST  -                    f x x i x x x x x
macros:label_read                      GET   label                l o o o o o o o o
macros:label_read                      GET   nope                 l x x x x x x x x
macros:label_edit                      GET   label                m m m m m m m m m
macros:label_edit                      POST  label                f x x r x x x x x
macros:label_retire                    GET   label                l x x o x x x x x
macros:label_retire                    POST  label                f x x r x x x x x
macros:label_history                   GET   label                l o o o o o o o o
macros:label_version                   GET   label,1              l o o o o o o o o
macros:label_version                   GET   label,99             l x x x x x x x x
macros:label_restore                   GET   label,1              m m m m m m m m m
macros:label_restore                   POST  label,1              f x x r x x x x x
macros:label_compare                   GET   label,1,1            l o o o o o o o o
# Help center and articles
knowledgebase:list                     GET   -                    l o o o o o o o o
knowledgebase:new                      GET   -                    l x x o x x x x x
knowledgebase:new                      POST  -                    f x x i x x x x x
knowledgebase:read                     GET   article              x o o o o o o o o
knowledgebase:read                     GET   nope                 x x x x x x x x x
knowledgebase:edit                     GET   article              m m m m m m m m m
knowledgebase:edit                     POST  article              f x x r x x x x x
knowledgebase:retire                   GET   public_article       l x x o x x x x x
knowledgebase:retire                   POST  public_article       f x x r x x x x x
knowledgebase:history                  GET   article              l o o o o o o o o
knowledgebase:version                  GET   article,1            l o o o o o o o o
knowledgebase:version                  GET   article,99           l x x x x x x x x
knowledgebase:restore                  GET   article,1            m m m m m m m m m
knowledgebase:restore                  POST  article,1            f x x r x x x x x
knowledgebase:compare                  GET   article,1,1          l o o o o o o o o
knowledgebase:home                     GET   -                    o o o o o o o o o
knowledgebase:read                     GET   public_article       o o o o o o o o o
knowledgebase:history                  GET   public_article       l o o o o o o o o
knowledgebase:version                  GET   public_article,1     l o o o o o o o o
# Upkeep: verifying, owners, ageing, handing over
sops:verify                            GET   sop                  m m m m m m m m m
sops:verify                            POST  sop                  f x x i i x x x x
sops:unverify                          POST  sop                  f x x x x x x x x
sops:stewardship                       GET   sop                  l x x o o x x x o
sops:stewardship                       POST  sop                  f x x i x x x x i
macros:verify                          GET   macro                m m m m m m m m m
macros:verify                          POST  macro                f x x i i x x x x
macros:unverify                        POST  macro                f x x x x x x x x
macros:stewardship                     GET   macro                l x x o o x x x o
macros:stewardship                     POST  macro                f x x i x x x x i
macros:label_verify                    GET   label                m m m m m m m m m
macros:label_verify                    POST  label                f x x i i x x x x
macros:label_unverify                  POST  label                f x x x x x x x x
macros:label_stewardship               GET   label                l x x o o x x x o
macros:label_stewardship               POST  label                f x x i x x x x i
knowledgebase:verify                   GET   article              m m m m m m m m m
knowledgebase:verify                   POST  article              f x x i i x x x x
knowledgebase:unverify                 POST  article              f x x x x x x x x
knowledgebase:stewardship              GET   article              l x x o o x x x o
knowledgebase:stewardship              POST  article              f x x i x x x x i
sops:stewardship                       GET   team_sop             l x x o o x x x o
upkeep:ageing                          GET   -                    l x x o o o x x o
upkeep:ageing_csv                      GET   -                    l x x o o o x x o
upkeep:verify_several                  GET   -                    l x x o o x x x x
upkeep:verify_several                  POST  -                    f x x i i x x x x
upkeep:hand_over                       GET   dev                  l x x x x x x x o
upkeep:hand_over                       GET   999999               l x x x x x x x x
upkeep:hand_over                       POST  dev                  f x x x x x x x c
upkeep:hand_back                       GET   hand_over            m m m m m m m m m
upkeep:hand_back                       POST  hand_over            f x x x x x x x r
# Search
search:page                            GET   -                    o o o o o o o o o
search:suggest                         GET   -                    o o o o o o o o o
search:opened                          GET   -                    m m m m m m m m m
search:opened                          POST  -                    n n n n n n n n n
# Files that come in, and files that go out
exchange:import_list                   GET   -                    l x x o x x x x x
exchange:import_new                    GET   -                    l x x o x x x x x
exchange:import_new                    POST  -                    f x x i x x x x x
exchange:import_read                   GET   intake               l x x o x x x x x
exchange:import_read                   GET   999999               l x x x x x x x x
exchange:import_start                  GET   intake               m m m m m m m m m
exchange:import_start                  POST  intake               f x x r x x x x x
exchange:import_discard                POST  intake               f x x r x x x x x
exchange:import_report                 GET   intake               l x x o x x x x x
exchange:import_file                   GET   intake,1             l x x o x x x x x
exchange:import_file                   GET   intake,99            l x x x x x x x x
exchange:list_export                   GET   kind_sop             m m m m m m m m m
exchange:list_export                   POST  kind_sop             f r r r r r r r r
exchange:list_export                   POST  nothing              f x x x x x x x x
exchange:export_list                   GET   -                    l o o o o o o o o
exchange:export_read                   GET   export               l x x o x x x x x
exchange:export_read                   GET   999999               l x x x x x x x x
exchange:export_file                   GET   export               l x x o x x x x x
exchange:document_export               GET   kind_sop,sop,markdown l o o o o o o o o
exchange:document_export               GET   kind_sop,sop,html    l o o o o o o o o
exchange:document_export               GET   kind_sop,sop,docx    l x x x x x x x x
exchange:document_export               GET   kind_sop,team_sop,html l o x o o o x x o
exchange:document_export               GET   kind_sop,nope,html   l x x x x x x x x
exchange:version_export                GET   kind_sop,sop,1,html  l o o o o o o o o
exchange:version_export                GET   kind_sop,sop,99,html l x x x x x x x x
exchange:version_export                GET   kind_sop,team_sop,1,html l o x o o o x x o

# Figures and imports
metrics:dashboard                      GET   -                    l x x o o o o o o
metrics:tickets                        GET   -                    l x x o o o o o o
metrics:definitions                    GET   -                    l x x o o o o o o
"""


@dataclass(frozen=True)
class Row:
    name: str
    method: str
    arguments: str
    expected: tuple[str, ...]


@cache
def rows() -> tuple[Row, ...]:
    """The table's lines, without its comments."""
    text = "".join((TABLE, REVIEWING, DASHBOARDS, EFFECTS, MEASURING, PRIVACY, PROMISES))
    lines = (line.split("#")[0].split() for line in text.splitlines())
    return tuple(Row(words[0], words[1], words[2], tuple(words[3:])) for words in lines if words)
