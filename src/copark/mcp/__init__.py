"""Questions as tools for clients of language models, by the Model Context Protocol: ``copark mcp`` over stdio.

``questions`` says what is offered, what each takes and what it answers, and knows no protocol; ``server`` speaks it,
with the official SDK (the extra ``mcp``), and ends work that takes too long.
"""
