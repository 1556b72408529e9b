"""The claims held against many parks, three ways: by intervention in the model, by QCA and by NCA.

``schema`` and ``reading`` know the rules, which are fixed beforehand; ``scores`` the table; ``qca`` and ``nca`` apply a
test to a table; ``sweeps`` tries a verdict on other anchors, cutoffs, cases and scores; ``agreement`` sets the three
verdicts side by side and ``reasons`` says why they may differ; ``deviants`` names the cases that deviate and ``twins``
asks the model about them; ``trial`` does all of it.
"""
