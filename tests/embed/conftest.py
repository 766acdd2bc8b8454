"""What lies in these folders runs within a baked project: see the test beside this."""

collect_ignore = ["browser", "portable"]
