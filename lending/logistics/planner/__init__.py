"""The planning engine: values in, a plan and its reasons out. It knows no database and no page.

`values` holds what is asked and what is answered, `engine` answers, `checker` proves an answer
without sharing any code with what found it.
"""
