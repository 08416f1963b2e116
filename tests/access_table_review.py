"""Who may reach what of reviewing: lines of tests/access_table.py, which says how they are read."""

REVIEWING = """
# Who reviews, what is signed, the rules
changes:passkey                        GET   -                    m m m m m m m m m
changes:passkey                        POST  -                    f x x x o o x x x
changes:since                          GET   signed,signature     l x x o o o x x o
changes:since                          GET   proposed,signature   l x x x x x x x x
changes:ask                            POST  proposed             f x x i i i x x i
changes:release                        POST  proposed,asked       f x x r r r x x r
changes:release                        POST  draft,asked          f x x x x x x x x
changes:claim                          GET   proposed             m m m m m m m m m
changes:claim                          POST  proposed             f x x x r r x x x
changes:let_go                         POST  proposed             f x x x c c x x x
changes:hand_on                        POST  proposed             f x x i i i x x i
changes:due                            POST  proposed             f x x r r r x x r
changes:invite                         POST  proposed             f x x x i i x x i
changes:revoke                         POST  proposed,outsider    f x x x r r x x r
changes:revoke                         POST  draft,outsider       f x x x x x x x x
changes:rules                          GET   -                    l x x o o o x x o
changes:rule_add                       GET   -                    l x x x x x x x o
changes:rule_add                       POST  -                    f x x x x x x x i
changes:rule_edit                      GET   rule                 l x x x x x x x o
changes:rule_edit                      GET   999999               l x x x x x x x x
changes:rule_edit                      POST  rule                 f x x x x x x x i
changes:rule_delete                    GET   rule                 l x x x x x x x o
changes:rule_delete                    POST  rule                 f x x x x x x x r
changes:rule_restore                   GET   rule                 m m m m m m m m m
changes:rule_restore                   POST  rule                 f x x x x x x x r
changes:rule_restore                   POST  999999               f x x x x x x x x
# Reviewers from outside: a link and a code, whoever is signed in
outside:done                           GET   -                    o o o o o o o o o
outside:read                           GET   token                o o o o o o o o o
outside:read                           GET   guessed              x x x x x x x x x
outside:code                           GET   token                m m m m m m m m m
outside:code                           POST  token                r r r r r r r r r
outside:code                           POST  guessed              x x x x x x x x x
outside:confirm                        POST  token                i i i i i i i i i
outside:confirm                        POST  guessed              x x x x x x x x x
outside:approve                        POST  token                r r r r r r r r r
outside:approve                        POST  guessed              x x x x x x x x x
outside:request_changes                POST  token                r r r r r r r r r
outside:request_changes                POST  guessed              x x x x x x x x x
"""
