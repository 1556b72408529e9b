"""Intergovernmental, mixed and enterprise-led parks: what tells them apart in the record, and in model twins."""
