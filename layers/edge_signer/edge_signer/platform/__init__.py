"""The ground: modules that all features use and that know no feature."""
