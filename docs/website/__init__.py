"""The documentation site: which pages there are, how they are put together, and what is generated from the code.

``python docs/build_site.py`` builds it, once in each language.
"""
