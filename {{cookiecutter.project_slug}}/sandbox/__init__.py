"""Plays Jupid on another origin, for development. It shares no code with the site that it
serves, so that its verdict on a token is a second opinion."""
