"""What people read, in Chinese and English: the catalogues and what looks a text up."""
