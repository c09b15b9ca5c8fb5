"""What happens to a patient that is neither drug nor biology: life, and the trial itself.

These blocks are shared by all arms of a trial. Without them the biology still runs, with no stress and no expectancy.
"""
