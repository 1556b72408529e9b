"""Learning across parks: mechanisms shared with partial pooling, sizes that are each park's own.

``axes`` says what is shared, ``parks`` reads a case for the panel, ``batches`` runs it, ``discrepancy`` is what the
model leaves out, ``local`` gives what one park's record says, ``hierarchy`` brings the parks together, ``panel`` does
this in order, ``keeping`` keeps it. ``race`` lets all methods forecast, left out and from ``origins``, and ``scoring``
scores them; ``growth`` and ``naive`` are the rivals without mechanisms. ``movement`` says what the panel moved,
``coverage`` whether the arithmetic is honest, ``outlook`` and ``similar`` what may become of a new park.
"""
