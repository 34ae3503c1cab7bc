"""The kernel's files about pods and containers. Plain Python; every root is a parameter."""
