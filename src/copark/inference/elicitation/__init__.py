"""What others know: estimates from the literature and quantiles given by experts, as weights of the model's own draws.

``literature`` reads the estimates and says how probable each is in a draw; ``questions`` says what experts may be
asked, ``workbook`` asks them and reads their answers; ``weights`` makes one weight for each draw of either.
"""
