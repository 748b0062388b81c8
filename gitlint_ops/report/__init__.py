"""Results as text, JSON and SARIF; nothing here changes what was found."""
