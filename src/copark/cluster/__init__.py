"""Makers of an ensemble: threads of this process, or workers of a cluster. The numbers are the same.

``shard_worker`` is the task a worker is given, how one shard is made, and workers on threads; ``worker_fingerprint``
compares workers and refuses those that would give other numbers; ``dask_workers`` are workers of Dask distributed;
``orchestration`` divides an ensemble by its measured cost, and begins it or resumes it where it stopped.
"""
