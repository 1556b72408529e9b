"""Learning across parks: mechanisms shared with partial pooling, sizes that are each park's own.

``parks`` says what is shared and reads a case for the panel, ``batches`` runs it and says what the model leaves out,
``abc_regression`` gives what one park's record says, to any origin, ``panel`` brings the parks together and keeps what
was done. ``forecasts`` lets all methods forecast and scores them, and says what may become of a new park;
``benchmarks`` has the rivals without mechanisms.
"""
