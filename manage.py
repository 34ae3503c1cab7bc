#!/usr/bin/env python
"""Run a management command from a checkout."""

from podweb.cli import main

if __name__ == "__main__":
    main()
