"""What ``import musicrnn`` offers: see the package's own text."""
