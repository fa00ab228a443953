"""What manifests claim: claims, assertions, ingredients, and the references between them."""
