"""Do the claims stand? Experiments, rules fixed beforehand, verdicts, and how hard the tests were.

A claims file says, for each claim, which arms are run, what is measured on them and what numbers would support or
refute it. Nothing of a verdict is in the code: the code runs the arms on the same parameters and luck, applies the
rule, asks whether the verdict holds in the judgement block, and how often the same test refutes the claim in models
where it is false.
"""
