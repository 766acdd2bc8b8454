"""What lies in ``portable/`` runs within a baked project: see the test beside this."""

collect_ignore = ["portable"]
