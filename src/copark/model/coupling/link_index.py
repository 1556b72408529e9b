"""Index of each link's strength, delay and flow in the arrays of a run.

They stand in a file of their own so that the equations name them as attributes (`link_index.DEMAND_TO_ARRIVALS`): a
bare constant is a type of its own to the compiler, which would compile the carrying of a link once for every link.
"""

# Links in the order of the scales they leave (world, governments, company, enterprises); newer ones follow.
DEMAND_TO_ARRIVALS = 0
GROWTH_TO_RETURNS = 1
PARTNERS_TO_NETWORK = 2
COMMITMENT_TO_VOTES = 3
COMMITMENT_TO_EFFORT = 4
COMMITMENT_TO_HURDLE = 5
COUNCIL_TO_VOTES = 6
CREDIT_TO_LEDGER = 7
PLAN_TO_LAND = 8
REGIME_TO_ARRIVALS = 9
TAX_TO_RETURNS = 10
RESCUE_TO_LEDGER = 11
NETWORK_TO_ARRIVALS = 12
NETWORK_TO_PARTNERS = 13
SERVICE_TO_ARRIVALS = 14
SERVICE_TO_STARTS = 15
SERVICE_TO_RETURNS = 16
LAND_TO_STARTS = 17
OPENING_TO_ENTERPRISES = 18
OPENING_TO_INTERESTS = 19
INTEREST_TO_HOME = 20
CONTRACTS_TO_HOME = 21
DIVIDENDS_TO_SIDES = 22
SHORTFALL_TO_BARGAIN = 23
CONTROL_TO_BARGAIN = 24
SALES_TO_LEDGER = 25
OCCUPANCY_TO_LEDGER = 26
PROFITS_TO_HOME = 27
JOBS_TO_HOST = 28
TAXES_TO_HOST = 29
RESULTS_TO_ARRIVALS = 30
RESULTS_TO_PARTNERS = 31
FUNDING_TO_HOST = 32
LINKS = 33
CHANNELS_PER_LINK = 5
