"""The Pod Security Standards: what they forbid in a pod, and which of them a pod has to keep."""
