"""`kustomize build`, natively: one module a transformer, structure shared, every field blamed."""
