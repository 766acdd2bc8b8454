"""Tests for pytest. ``manage.py test`` passes them by, with or without pytest."""

import unittest


def load_tests(*_: object) -> unittest.TestSuite:
    """Keep unittest from importing the modules beside this one."""
    return unittest.TestSuite()
