"""Who makes an ensemble: threads of this process, or workers of a cluster. The numbers are the same.

``work`` is what a maker is given and how it makes one shard; ``environment`` asks a maker what it is and refuses those
that would give other numbers; ``chunking`` divides an ensemble by its measured cost; ``executors`` are threads here,
``scheduler`` workers of Dask distributed; ``orchestration`` begins an ensemble or goes on where it stopped.
"""

from copark.cluster.orchestration import Asked, Made, make
from copark.cluster.work import Crew, Threads

__all__ = ["Asked", "Crew", "Made", "Threads", "make"]
