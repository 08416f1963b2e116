"""Who may reach what of the dashboards: lines of tests/access_table.py, which says how they are read."""

DASHBOARDS = """
# Tabs of figures, saved views (gia's, shared with everyone, and finn's own), views by mail (gia's)
metrics:tab                            GET   key=csat             l x x o o o o o o
metrics:tab                            GET   key=quality          l x x o o o o o o
metrics:figures_csv                    GET   -                    l x x o o o o o o
metrics:tile_csv                       GET   ages                 l x x o o o o o o
metrics:tile_csv                       GET   nonsense             l x x x x x x x x
metrics:tickets_csv                    GET   -                    l x x o o o o o o
metrics:choices                        GET   market               l x x o o o o o o
metrics:choices                        GET   period               l x x x x x x x x
metrics:part                           GET   waiting              l x x o o o o o o
metrics:part                           GET   nonsense             l x x x x x x x x
metrics:view_list                      GET   -                    l x x o o o o o o
metrics:view_new                       GET   -                    l x x o o o o o o
metrics:view_new                       POST  -                    f x x i i i i i i
metrics:view_open                      GET   shared_view          l x x r r r r r r
metrics:view_open                      GET   leads_view           l x x x x x r x x
metrics:view_open                      GET   999999               l x x x x x x x x
metrics:view_change                    GET   shared_view          l x x x x x x o x
metrics:view_change                    POST  shared_view          f x x x x x x i x
metrics:view_delete                    GET   shared_view          l x x x x x x o x
metrics:view_delete                    POST  shared_view          f x x x x x x r x
metrics:view_first                     POST  shared_view          f x x r r r r r r
metrics:view_first                     POST  leads_view           f x x x x x r x x
metrics:view_first_clear               GET   -                    m m m m m m m m m
metrics:view_first_clear               POST  -                    f x x r r r r r r
metrics:mailing_new                    GET   shared_view          l x x o o o o o o
metrics:mailing_new                    GET   leads_view           l x x x x x o x x
metrics:mailing_new                    POST  shared_view          f x x i i i i i i
metrics:mailings                       GET   -                    l x x o o o o o o
metrics:mailing_stop                   GET   mailing              l x x x x x x o o
metrics:mailing_stop                   POST  mailing              f x x x x x x r r
metrics:mailing_press                  POST  mailing,pause        f x x x x x x r x
metrics:mailing_press                  POST  mailing,leave        f x x x x x r r x
metrics:mailing_press                  POST  mailing,nonsense     f x x x x x x x x
"""
