"""What a good answer is, what it means, and how the templates get at it.

Cookiecutter loads ``JupidAnswers`` as a Jinja extension (``_extensions`` in
``cookiecutter.json``). The prompts, the hooks and the rendered files all ask here, and
nowhere else. The rooms import one way: extension, shape, together, rules, paths.
"""

import sys

# cruft renders two versions of the template out of one folder, often within a second.
# Python tells bytecode apart by seconds and size, and so might take the older for both.
writes_none = sys.dont_write_bytecode
sys.dont_write_bytecode = writes_none or "cruft" in sys.modules

from .extension import JupidAnswers

sys.dont_write_bytecode = writes_none

__all__ = ["JupidAnswers"]
