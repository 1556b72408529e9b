"""One posterior over all parks: common mechanisms, sizes and operators of their own, what the model leaves out.

``members`` says which parks there are and what each reports, ``panels`` simulates whole panels of them, ``posterior``
learns summaries of a panel and turns them into the posterior, and ``findings`` says what moved and what cannot.
"""
