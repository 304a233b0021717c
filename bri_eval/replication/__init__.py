"""A fresh run against what was published, and a build folder against the run that made it."""
