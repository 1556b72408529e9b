"""Learning across parks: mechanisms shared with partial pooling, sizes that are each park's own.

``parks`` says what is shared and reads a case for the panel, ``batches`` runs it and says what the model leaves out,
``abc_regression`` gives what one park's record says, to any origin, ``hierarchy`` brings the parks together, ``panel``
does this in order and keeps it. ``forecast_comparison`` lets all methods forecast and scores them; ``growth`` has the
rivals without mechanisms. ``outlook`` says what may become of a new park, and what it borrows.
"""
