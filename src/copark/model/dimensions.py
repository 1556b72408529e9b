"""The axes of the model's records: who is counted, in which order.

Origins of enterprises are home (the investing country), host, and third (neither). Sides, which have a government, are
home and host. Blocs of shareholders are the roles of each side, then everybody else.
"""

HOME, HOST, THIRD = 0, 1, 2
SIDES = 2
ORIGINS = 3
INTERESTS = 5
"""Strategic interests of a side; see `governments.interests`."""
CONTRACTOR, OPERATOR, INVESTOR, AUTHORITY = 0, 1, 2, 3
ROLES = 4
"""What a shareholder of a side does for the park; of whom nothing is known is an investor."""
BLOCS = SIDES * ROLES + 1
THIRD_BLOC = SIDES * ROLES
"""A bloc is a role of a side (side x ROLES + role); the last is that of neither side."""
PARTNERS = 5
"""Most global partners a park may have."""
