"""The one door to actions."""
