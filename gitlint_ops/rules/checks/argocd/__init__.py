"""Applications and AppProjects of Argo CD."""
