"""Calibration: one set of downstream parameters against everything that identifies it, all treatments at once.

Published trials and markers become targets (`published_targets`, `problem`), virtual twins of them answer
(`virtual_trials`), and what is left open is carried on as a weighted ensemble (`optimum`, `rivals`, `ensemble`). What
the data say of each parameter is in `identified`, what they would have predicted of a trial they had not seen in
`left_out`. Nothing here runs when a model is used: a calibration ends as files that ship (`written`).
"""
