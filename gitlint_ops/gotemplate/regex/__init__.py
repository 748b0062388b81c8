"""Go's regular expressions with what their groups capture, in time linear in the text."""
