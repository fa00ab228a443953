"""From template.yaml to the resources that it describes."""
