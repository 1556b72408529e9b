"""The web: a server of the model for people and programs, a door into :mod:`copark.workflows.serving`.

``app`` puts it together; ``guards`` keep out what does not belong; ``api`` answers, a file for each kind of thing;
``jobs`` does what takes long in processes of their own; ``pages`` serves the built front end; ``server`` listens.
"""
