"""Helpers of the course: what the chapters need and do not teach. Importing this loads nothing heavy."""
