"""Typology: intergovernmental against enterprise-led parks, as observed and in matched scenarios of the model."""
