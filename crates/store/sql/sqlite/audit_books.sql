SELECT n, name, bounded, amount FROM book
