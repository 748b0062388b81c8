"""The functions of Masterminds/sprig v3, one module for each part of its documentation."""
