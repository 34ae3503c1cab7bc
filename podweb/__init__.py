"""The project: settings, processes, and what carries messages between them."""
