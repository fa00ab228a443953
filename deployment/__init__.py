"""What a deployment needs and a laptop does not: layers, archives, licences, cost."""
