"""A user's own pinned CustomResourceDefinitions: taking them in, listing and verifying them."""
