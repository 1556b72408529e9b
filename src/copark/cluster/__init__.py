"""Who makes an ensemble: threads of this process, or workers of a cluster. The numbers are the same.

``work`` is what a maker is given and how it makes one shard; ``machines`` asks a maker what it is and refuses those
that would give other numbers; ``sizing`` divides an ensemble by its measured cost; ``crews`` are makers: threads here,
workers of Dask distributed in ``scheduler``; ``making`` begins an ensemble or goes on where it stopped.
"""

from copark.cluster.executors import Crew, Threads
from copark.cluster.orchestration import Asked, Made, make

__all__ = ["Asked", "Crew", "Made", "Threads", "make"]
