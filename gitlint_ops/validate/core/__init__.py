"""What the API server checks of its own kinds beyond their schemas: one module for a family of kinds."""
