"""Makers of an ensemble: threads of this process, or workers of a cluster. The numbers are the same.

``work`` is what a maker is given, how it makes one shard, and threads as makers; ``environment`` asks a maker what it
is and refuses those that would give other numbers; ``scheduler`` are workers of Dask distributed; ``orchestration``
divides an ensemble by its measured cost, and begins it or goes on where it stopped.
"""
