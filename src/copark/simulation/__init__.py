"""Simulation: what we ask of the model.

A study is read, its parameters are drawn, its runs are made; nothing is saved here.
"""
