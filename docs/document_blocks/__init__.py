"""Blocks of documents that are made of shipped results, a function of a language each, by subject."""
