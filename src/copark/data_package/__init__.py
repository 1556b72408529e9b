"""The casebook as a data package: tables that say what each column is, a map of parks, a dictionary, a licence.

A package is a folder with a description that machines read (``datapackage.json``, https://datapackage.org), tables of
CSV, a map (GeoJSON) and a dictionary of all columns in two languages. The same content gives the same bytes.
"""
