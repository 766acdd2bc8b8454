"""Our numbers beside those of what people use instead: `python -m benchmarks`."""
