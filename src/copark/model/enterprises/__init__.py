"""The corporate scale: enterprises that enquire, register, build, operate, reinvest and leave."""
