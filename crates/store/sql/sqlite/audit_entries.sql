SELECT debit, credit, amount, kind = 'cost' FROM entry
