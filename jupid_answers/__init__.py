"""What a good answer is, what it means, and how the templates get at it.

Cookiecutter loads ``JupidAnswers`` as a Jinja extension (``_extensions`` in
``cookiecutter.json``). The prompts, the hooks and the rendered files all ask here, and
nowhere else. The rooms import one way: extension, shape, together, rules, paths.
"""

from .extension import JupidAnswers

__all__ = ["JupidAnswers"]
