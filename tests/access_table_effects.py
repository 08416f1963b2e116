"""Who may reach what of effects and spikes: lines of tests/access_table.py, which says how they are read."""

EFFECTS = """
# Did it work?
effects:list                           GET   -                    l x x o o o o o o
effects:read                           GET   card                 l x x o o o x o o
effects:read                           GET   999999               l x x x x x x x x
effects:anew                           GET   card                 m m m m m m m m m
effects:anew                           POST  card                 f x x r r r x r r
"""
