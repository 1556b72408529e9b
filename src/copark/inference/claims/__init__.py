"""Do the claims stand? Experiments, rules and a standard of proof fixed beforehand, verdicts, how hard the tests were.

A claims file says, for each claim, which scenarios are run, what is measured on them and what numbers would support it;
``standard.yaml`` says from which probability on which word is used. Nothing of a verdict is in the code: it runs the
scenarios with common random numbers, asks on what share of draws the claim holds, with the prior alone and under
alternative assumptions too, and how often the same test is against the claim in models where it is false.
"""
