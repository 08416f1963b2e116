"""Who may reach what of privacy: lines of tests/access_table.py, which says how they are read."""

PRIVACY = """
# Privacy: what is kept, holds, one person, views of texts
privacy:retention                      GET   -                    l x x x x o x x o
privacy:source                         GET   source               l x x x x o x x o
privacy:source                         GET   999999               l x x x x x x x x
privacy:source                         POST  source               f x x x x i x x i
privacy:purge                          GET   source               l x x x x o x x o
privacy:purge                          GET   999999               l x x x x x x x x
privacy:purge                          POST  source               f x x x x r x x r
privacy:holds                          GET   -                    l x x x x o x x o
privacy:hold_add                       GET   -                    l x x x x o x x o
privacy:hold_add                       POST  -                    f x x x x i x x i
privacy:hold_end                       GET   hold                 l x x x x o x x o
privacy:hold_end                       GET   999999               l x x x x x x x x
privacy:hold_end                       POST  hold                 f x x x x i x x i
privacy:persons                        GET   -                    l x x x x o x x o
privacy:persons                        POST  -                    f x x x x i x x i
privacy:export                         GET   -                    m m m m m m m m m
privacy:export                         POST  -                    f x x x x r x x r
privacy:erase                          GET   -                    m m m m m m m m m
privacy:erase                          POST  -                    f x x x x r x x r
privacy:lift                           GET   -                    m m m m m m m m m
privacy:lift                           POST  -                    f x x x x r x x r
privacy:download                       GET   person_export        l x x x x o x x x
privacy:download                       GET   999999               l x x x x x x x x
privacy:text_views                     GET   -                    l x x x x o x x o
privacy:ticket                         GET   ticket               l x x o o o x o o
privacy:ticket                         GET   harbor_ticket        l x x o o o o o o
privacy:ticket                         GET   999999               l x x x x x x x x
privacy:text_show                      GET   ticket               m m m m m m m m m
privacy:text_show                      POST  ticket               f x x i i i x i i
privacy:text_show                      POST  harbor_ticket        f x x i i i i i i
"""
