"""The licence document as HTML and as PDF, behind links that end."""
