"""Live numbers and changes, over a websocket."""
