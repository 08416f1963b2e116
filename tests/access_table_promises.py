"""Who may reach what of service levels: lines of tests/access_table.py, which says how they are read."""

PROMISES = """
# Service levels: calendars, policies, measuring again
promises:list                          GET   -                    l x x o o o o o o
promises:calendar                      GET   hours                l x x o o o o o o
promises:calendar                      GET   999999               l x x x x x x x x
promises:policy                        GET   policy               l x x o o o o o o
promises:policy                        GET   999999               l x x x x x x x x
promises:calendar_new                  GET   -                    l x x x x x x o o
promises:calendar_new                  POST  -                    f x x x x x x i i
promises:calendar_edit                 GET   hours                l x x x x x x o o
promises:calendar_edit                 POST  hours                f x x x x x x i i
promises:policy_new                    GET   -                    l x x x x x x o o
promises:policy_new                    POST  -                    f x x x x x x i i
promises:policy_edit                   GET   policy               l x x x x x x o o
promises:policy_edit                   POST  policy               f x x x x x x i i
promises:recompute_new                 GET   -                    l x x x x x x o o
promises:recompute_new                 POST  -                    f x x x x x x i i
promises:recompute                     GET   recompute            l x x x x x x o o
promises:recompute                     GET   999999               l x x x x x x x x
promises:recompute_apply               GET   recompute            m m m m m m m m m
promises:recompute_apply               POST  recompute            f x x x x x x r r
"""
