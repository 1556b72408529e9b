"""One posterior over all parks: common mechanisms, sizes and operators of their own, what the model leaves out.

``panels`` says which parks there are and simulates whole panels of them; ``findings`` learns summaries of a panel,
turns them into the posterior, and says what moved and what cannot.
"""
