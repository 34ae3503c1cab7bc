"""Specs: reading what people ask for, checking it, and saying it in other words (command, kube YAML, Quadlet)."""
