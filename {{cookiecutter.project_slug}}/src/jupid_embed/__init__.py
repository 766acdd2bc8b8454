"""Jupid Embed in Django: a signed token for the signed-in user, and the embed's mount."""
