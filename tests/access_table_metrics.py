"""Who may reach what of quality and improving: lines of tests/access_table.py, which says how they are read."""

MEASURING = """
# Quality: scorecards, reviews, sampling, calibration
quality:queue                          GET   -                    l x x x x x o o x
quality:reviews                        GET   -                    l x x x x x o o o
quality:review                         GET   review               l x x x x x x o x
quality:review                         GET   review_done          l x x x x x x o o
quality:review                         GET   999999               l x x x x x x x x
quality:review                         POST  review               f x x x x x x o x
quality:decline                        GET   review               m m m m m m m m m
quality:decline                        POST  review               f x x x x x x r x
quality:dispute                        POST  review_done          f x x x x x x x x
quality:dispute                        GET   review_done          m m m m m m m m m
quality:settle                         POST  dispute              f x x x x x x i i
quality:settle                         GET   dispute              m m m m m m m m m
quality:scorecards                     GET   -                    l x x o o o o o o
quality:scorecard                      GET   scorecard            l x x o o o o o o
quality:scorecard                      GET   999999               l x x x x x x x x
quality:scorecard_new                  GET   -                    l x x x x x x o o
quality:scorecard_new                  POST  -                    f x x x x x x i i
quality:scorecard_edit                 GET   scorecard            l x x x x x x o o
quality:scorecard_edit                 POST  scorecard            f x x x x x x i i
quality:scorecard_active               GET   scorecard            m m m m m m m m m
quality:scorecard_active               POST  scorecard            f x x x x x x r r
quality:sampling                       GET   -                    l x x x x x o o o
quality:rule_new                       GET   -                    l x x x x x x o o
quality:rule_new                       POST  -                    f x x x x x x o o
quality:rule_edit                      GET   sampling_rule        l x x x x x x o o
quality:rule_edit                      POST  sampling_rule        f x x x x x x o o
quality:rule_draw                      GET   sampling_rule        m m m m m m m m m
quality:rule_draw                      POST  sampling_rule        f x x x x x x r r
quality:calibrations                   GET   -                    l x x x x x o o o
quality:calibration                    GET   calibration          l x x x x x x o o
quality:calibration                    GET   999999               l x x x x x x x x
quality:calibration_new                GET   -                    l x x x x x x o o
quality:calibration_new                POST  -                    f x x x x x x o o

# Imports of tickets, and ways of reading them
metrics:import_list                    GET   -                    l x x x x x x o o
metrics:import_new                     GET   -                    l x x x x x x o o
metrics:import_new                     POST  -                    f x x x x x x o o
metrics:import_read                    GET   import               l x x x x x x r r
metrics:import_read                    GET   999999               l x x x x x x x x
metrics:import_map                     GET   import               l x x x x x x o o
metrics:import_map                     POST  import               f x x x x x x o o
metrics:import_preview                 GET   import               m m m m m m m m m
metrics:import_preview                 POST  import               f x x x x x x o o
metrics:mapping_list                   GET   -                    l x x x x x x o o
metrics:mapping_rename                 GET   kept_mapping         l x x x x x x o o
metrics:mapping_rename                 POST  kept_mapping         f x x x x x x o o
metrics:mapping_rename                 GET   999999               l x x x x x x x x
metrics:mapping_remove                 GET   kept_mapping         l x x x x x x o o
metrics:mapping_remove                 POST  kept_mapping         f x x x x x x r r
metrics:import_check                   GET   import               l x x x x x x r r
metrics:import_start                   GET   import               m m m m m m m m m
metrics:import_start                   POST  import               f x x x x x x r r
metrics:import_discard                 POST  import               f x x x x x x r r
metrics:import_rejected                GET   import               l x x x x x x o o
metrics:import_undo                    GET   import               l x x x x x x o o
metrics:import_undo                    POST  import               f x x x x x x r r
quality:imports                        GET   -                    l x x x x x x o o
quality:import_new                     GET   -                    l x x x x x x o o
quality:import_new                     POST  -                    f x x x x x x o o
quality:import_read                    GET   results              l x x x x x x o o
quality:import_read                    POST  results              f x x x x x x o o
quality:import_bring                   GET   results              m m m m m m m m m
quality:import_bring                   POST  results              f x x x x x x r r
quality:import_discard                 GET   results              m m m m m m m m m
quality:import_discard                 POST  results              f x x x x x x r r
quality:import_rejected                GET   results              l x x x x x x o o
# Where to work next, and initiatives
improving:work                         GET   -                    l x x o o o o o o
improving:initiatives                  GET   -                    l x x o o o o o o
improving:initiative                   GET   initiative           l x x o o o x o o
improving:initiative                   GET   999999               l x x x x x x x x
improving:initiative_new               GET   -                    l x x x x x x x x
improving:initiative_new               POST  -                    f x x x x x x x x
improving:initiative_edit              GET   initiative           l x x x x x x o x
improving:initiative_edit              POST  initiative           f x x x x x x o x
improving:initiative_move              GET   initiative           m m m m m m m m m
improving:initiative_move              POST  initiative           f x x x x x x c x
improving:initiative_link              GET   initiative           m m m m m m m m m
improving:initiative_link              POST  initiative           f x x x x x x i x
improving:initiative_unlink            GET   initiative,1         m m m m m m m m m
improving:initiative_unlink            POST  initiative,999999    f x x x x x x x x
"""
