"""What of a host runs on for one reader: logs and terminals."""

from pods.host.streams.desk import Streams

__all__ = ["Streams"]
