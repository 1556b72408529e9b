"""Serving: the questions a page asks of the model, answered from memory where they were asked before.

``asking`` says what may be asked, ``engine`` runs it, ``answers`` says what comes back; the other files make one kind
of answer each. Everything here may be called without a server; the server adds nothing to the numbers.
"""
