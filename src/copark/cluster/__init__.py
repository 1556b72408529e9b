"""Who makes an ensemble: threads of this process, or workers of a cluster. The numbers are the same.

``work`` is what a maker is given and how it makes one shard; ``environment`` asks a maker what it is and refuses those
that would give other numbers; ``orchestration`` divides an ensemble by its measured cost, begins it or goes on where it
stopped; ``scheduler`` has workers of Dask distributed.
"""

from copark.cluster.orchestration import Asked, Made, make
from copark.cluster.work import Crew, Threads

__all__ = ["Asked", "Crew", "Made", "Threads", "make"]
