"""Reading spreadsheets of any kind into sheets of text.

`aside` is for programs: it has the work done in a child process. `whole` does it.
"""
