"""What only a deployment needs: layers, archives, licences, cost."""
