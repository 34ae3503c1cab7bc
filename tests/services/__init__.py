"""PostgreSQL and Redis on loopback, started for the tests and ended with them."""
