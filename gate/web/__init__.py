"""What stands before every route: headers, sizes of bodies, answers to errors. Knows no person."""
