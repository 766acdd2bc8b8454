"""A Django site that holds both sides; it runs beside a baked project."""
