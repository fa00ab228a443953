"""A function that cannot be imported."""

raise RuntimeError("this module\ncannot be imported")
