SELECT n, name, bounded, amount, holds FROM book
