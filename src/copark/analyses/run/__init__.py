"""What a model of a park says would become of it, beside what is on record: the report of a run."""
