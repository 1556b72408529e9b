"""One page to hand upward: what becomes of a park, what helps, how sure that is, and what to do next."""
