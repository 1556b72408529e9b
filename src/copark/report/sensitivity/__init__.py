"""The pages of sensitivity, scenario discovery and ablations: words, tables, exports and the pages themselves."""
