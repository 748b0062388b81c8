"""What would be delivered, and from where: kustomizations, plain folders, charts."""
