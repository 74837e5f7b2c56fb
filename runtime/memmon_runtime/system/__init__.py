"""What the operating system and the interpreter need asking for carefully; imports no other room."""
