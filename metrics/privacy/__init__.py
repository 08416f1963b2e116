"""What is held of people: how long, for whom it is kept on, what one person may ask for, and who read a text."""
