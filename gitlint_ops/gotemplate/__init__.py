"""Go's text/template with the functions of sprig, in Python: nothing is read, run or timed."""
