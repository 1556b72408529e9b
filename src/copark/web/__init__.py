"""The web: a server of the model for people and programs, a door into :mod:`copark.web.content`.

``server`` puts it together, listens and has the pages; ``middleware`` keeps out what does not belong, ``limits`` what
is too much; ``api`` answers questions, a file for each kind of thing; ``jobs`` does what takes long in processes.
"""
