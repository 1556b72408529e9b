"""The page of the claims across parks, three ways."""
