"""Content of the page: the questions it asks of the model, answered from memory where they were asked before.

``requests`` says what may be asked, ``engine`` runs it, ``responses`` says what comes back; the other files make one
kind of answer each. Nothing here knows HTTP: everything may be called without a server, which adds nothing to
the numbers.
"""
