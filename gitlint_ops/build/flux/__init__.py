"""What Flux's Kustomizations deliver, built as kustomize-controller builds them."""
