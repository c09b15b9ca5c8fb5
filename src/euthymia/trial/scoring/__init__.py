"""Parts of the scorecard: what a row is, where a published number is looked up, how wide a prediction is, and the
forecasts without a mechanism that it has to beat. `trial.score` puts them together, `trial.scorecard` adds them up.
"""
