"""Who may reach what of effects and spikes: lines of tests/access_table.py, which says how they are read."""

EFFECTS = """
# Did it work?
effects:list                           GET   -                    l x x o o o o o o
effects:read                           GET   card                 l x x o o o x o o
effects:read                           GET   999999               l x x x x x x x x
effects:tickets                        GET   card                 l x x o o o x o o
effects:tickets                        GET   999999               l x x x x x x x x
effects:tickets_csv                    GET   card                 l x x o o o x o o
effects:tickets_csv                    GET   999999               l x x x x x x x x
effects:dates                          GET   card                 l x x o o x x x o
effects:dates                          POST  card                 f x x i i x x x i
effects:anew                           GET   card                 m m m m m m m m m
effects:anew                           POST  card                 f x x r r r x r r
# Spikes
watching:list                          GET   -                    l x x o o o o o o
watching:read                          GET   alert                l x x o o o x o o
watching:read                          GET   999999               l x x x x x x x x
watching:acknowledge                   GET   alert                m m m m m m m m m
watching:acknowledge                   POST  alert                f x x r r r x r r
watching:close                         POST  alert                f x x r r r x r r
watching:reopen                        POST  alert                f x x r r r x r r
"""
