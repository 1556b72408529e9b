"""The web: a server of the model for people and programs, a door into :mod:`copark.workflows.serving`.

``app`` puts it together; ``middleware`` keeps out what does not belong, ``limits`` what is too much; ``api`` answers
questions, a file for each kind of thing; ``jobs`` does what takes long in processes of their own; ``static_files`` are
pages; ``server`` listens.
"""
