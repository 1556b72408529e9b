"""Learning across parks: mechanisms shared with partial pooling, sizes that are each park's own.

``axes`` says what is shared, ``parks`` reads a case for the panel, ``batches`` runs it, ``local`` gives what one park's
record says, ``hierarchy`` brings the parks together, ``growth`` is the rival without mechanisms, ``scoring`` lets all
of them forecast, ``similar`` gives base rates, ``panel`` does everything in order and keeps it.
"""
