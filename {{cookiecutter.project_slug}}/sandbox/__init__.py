"""Plays Jupid on another origin, for development on one machine.

It shares no code with the site it serves, so that its verdict on a token is a second
opinion. `python -m sandbox --origin http://localhost:8000` starts it.
"""
