"""The claims held against many parks, three ways: by intervention in the model, by QCA and by NCA.

``schema`` knows the rules, which are fixed beforehand; ``qca`` has the table of scores and applies a test to it, NCA's
too; ``sweeps`` tries a verdict on other anchors, cutoffs, cases and scores; ``reasons`` sets the three verdicts side by
side, says why they may differ and names the cases that deviate; ``twins`` asks the model about them; ``runner`` does
all of it.
"""
