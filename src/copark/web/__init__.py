"""The web: a server of the model for people and programs, a door into :mod:`copark.workflows.serving`.

``app`` puts it together; ``protocol`` and ``middleware`` keep out what does not belong, ``limits`` what is too much;
``reading`` reads questions and ``api`` answers them, a file for each kind of thing; ``jobs`` does what takes long in
processes of their own; ``static_files`` and ``docs`` are pages; ``server`` listens.
"""
