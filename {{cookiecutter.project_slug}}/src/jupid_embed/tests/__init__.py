"""Tests for pytest. ``manage.py test`` passes them by, with or without pytest."""

from __future__ import annotations

import unittest


def load_tests(*_: object) -> unittest.TestSuite:
    """Keep unittest from importing the modules beside this one."""
    return unittest.TestSuite()
