"""The axes of the model's records: who is counted, in which order.

Origins of enterprises and blocs of shareholders are home (the investing country), host, and third (neither). Sides,
which have a government, are home and host.
"""

HOME, HOST, THIRD = 0, 1, 2
SIDES = 2
ORIGINS = 3
BLOCS = 3
PARTNERS = 5
"""Most global partners a park may have."""
