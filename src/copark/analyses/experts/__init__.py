"""How probable claims about a park are with what the literature and experts say, beside the prior and the record."""
