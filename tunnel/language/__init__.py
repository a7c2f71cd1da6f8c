"""YAML → a checked, immutable definition; findings with file, line, column and remedy."""
