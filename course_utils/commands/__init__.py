"""What `python -m course_utils` does. Nothing here is imported by a notebook."""
