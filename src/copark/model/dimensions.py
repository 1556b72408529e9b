"""The axes of the model's records: who is counted, in which order.

Origins of enterprises and blocs of shareholders are home (the investing country), host, and third (neither). Sides,
which have a government, are home and host.
"""

HOME, HOST, THIRD = 0, 1, 2
SIDES = 2
ORIGINS = 3
BLOCS = 3
INTERESTS = 4
"""Strategic interests of a side beside its presence in the park; see `governments.interests`."""
CONTRACTOR, OPERATOR, AUTHORITY, INVESTOR = 0, 1, 2, 3
BUSINESSES = 3
"""Businesses of a side's shareholders on record; whoever has none of them is an investor."""
GROUPS = SIDES * (BUSINESSES + 1) + 1
THIRD_GROUP = GROUPS - 1
"""A group votes as one: a business of a side, or its investors (side x 4 + business); the last is the third bloc."""
PARTNERS = 5
"""Most global partners a park may have."""
