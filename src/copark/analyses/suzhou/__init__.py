"""Suzhou: a natural experiment, in which shares were swapped while a rival next door gave up."""
